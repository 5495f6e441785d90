param name string
param location string
param tags object

@allowed(['Standard', 'Premium'])
param sku string
param capacity int
param maxCapacity int

@description('Id of a dedicated cluster to be in; empty for none.')
param clusterId string

@description('Hubs with their consumer groups: ../event-hubs.json.')
param hubs array
param partitionCount int
param retentionHours int
param workspaceId string
param principalId string
param senderPrincipalIds string[]

var inflates = sku == 'Standard' && empty(clusterId)

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, tier: sku, capacity: capacity }
  properties: {
    clusterArmId: empty(clusterId) ? null : clusterId
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: inflates
    maximumThroughputUnits: inflates ? max(capacity, maxCapacity) : 0
  }
}

module hub 'hub.bicep' = [
  for one in hubs: {
    params: {
      namespaceName: namespace.name
      name: one.name
      consumerGroups: one.consumerGroups
      partitionCount: partitionCount
      retentionHours: retentionHours
      appPrincipalId: principalId
      senderPrincipalIds: one.takesEventsFromOutside ? senderPrincipalIds : []
    }
  }
]

// Also to the workspace, where an alert holds what arrives against what is processed.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'metrics'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output namespaceId string = namespace.id
output host string = '${namespace.name}.servicebus.windows.net'
