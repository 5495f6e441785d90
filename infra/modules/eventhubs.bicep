param name string
param location string
param tags object

@allowed(['Standard', 'Premium'])
param sku string
param capacity int
param maxCapacity int

@description('Hubs with their consumer groups: ../event-hubs.json.')
param hubs array
param partitionCount int
param retentionHours int
param principalId string
param senderPrincipalIds string[]

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, tier: sku, capacity: capacity }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: sku == 'Standard'
    maximumThroughputUnits: sku == 'Standard' ? max(capacity, maxCapacity) : 0
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

output namespaceId string = namespace.id
output host string = '${namespace.name}.servicebus.windows.net'
