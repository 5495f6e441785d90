param namespaceName string
param name string
param consumerGroups string[]
param partitionCount int
param retentionHours int

@description('The app, which reads and writes the hub.')
param appPrincipalId string

@description('Who else writes it.')
param senderPrincipalIds string[]

var dataReceiver = 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
var dataSender = '2b629674-e913-4c01-ae53-ef4638d8f975'

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: name
  properties: {
    partitionCount: partitionCount
    retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: retentionHours }
  }
}

resource consumers 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = [
  for consumerGroup in consumerGroups: {
    parent: hub
    name: consumerGroup
    properties: {}
  }
]

// On the hub, not on the namespace: nobody reads or writes more than needed.
resource receive 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hub.id, appPrincipalId, dataReceiver)
  scope: hub
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReceiver)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for sender in union([appPrincipalId], senderPrincipalIds): {
    name: guid(hub.id, sender, dataSender)
    scope: hub
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
      principalId: sender
      principalType: 'ServicePrincipal'
    }
  }
]
