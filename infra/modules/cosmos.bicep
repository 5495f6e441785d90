param name string
param location string
param tags object
param zoneRedundant bool

@description('Containers as the code needs them: ../cosmos-containers.json.')
param containers array

@description('Most RU/s of each container of a kind; containers of no kind share those of the database.')
param maxThroughput object
param sharedMaxThroughput int
param principalId string
param operatorPrincipalId string

var databaseName = 'signals'
var actions = 'Microsoft.DocumentDB/databaseAccounts'

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    enableMultipleWriteLocations: false
    enableAutomaticFailover: false
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: zoneRedundant }]
    // Within the region of writing, bounded staleness reads what was written last. The smallest bounds that a second region allows, so that one can be added.
    consistencyPolicy: { defaultConsistencyLevel: 'BoundedStaleness', maxStalenessPrefix: 100000, maxIntervalInSeconds: 300 }
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } }
  }

  resource database 'sqlDatabases' = {
    name: databaseName
    properties: {
      resource: { id: databaseName }
      options: { autoscaleSettings: { maxThroughput: sharedMaxThroughput } }
    }

    resource container 'containers' = [
      for one in containers: {
        name: one.name
        properties: {
          resource: union(
            {
              id: one.name
              partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 }
              indexingPolicy: {
                automatic: true
                indexingMode: 'consistent'
                includedPaths: map(one.indexedPaths, path => { path: path })
                excludedPaths: [{ path: '/*' }]
              }
            },
            one.defaultTtl == null ? {} : { defaultTtl: one.defaultTtl }
          )
          // A container without throughput of its own shares that of the database.
          options: contains(maxThroughput, one.throughput) ? { autoscaleSettings: { maxThroughput: maxThroughput[one.throughput] } } : {}
        }
      }
    ]
  }

  // What the code calls, and no more: no stored procedures, no conflicts, no containers made or dropped.
  resource dataRole 'sqlRoleDefinitions' = {
    name: guid(account.id, 'signals-data')
    properties: {
      roleName: 'Signals data'
      type: 'CustomRole'
      assignableScopes: [account.id]
      permissions: [
        {
          dataActions: [
            '${actions}/readMetadata'
            '${actions}/sqlDatabases/containers/items/create'
            '${actions}/sqlDatabases/containers/items/read'
            '${actions}/sqlDatabases/containers/items/replace'
            '${actions}/sqlDatabases/containers/items/upsert'
            '${actions}/sqlDatabases/containers/items/delete'
            '${actions}/sqlDatabases/containers/executeQuery'
            '${actions}/sqlDatabases/containers/readChangeFeed'
          ]
        }
      ]
    }
  }

  resource appAccess 'sqlRoleAssignments' = {
    name: guid(account.id, principalId, dataRole.id)
    properties: {
      principalId: principalId
      roleDefinitionId: dataRole.id
      scope: '${account.id}/dbs/${databaseName}'
    }
    dependsOn: [database]
  }

  resource operatorAccess 'sqlRoleAssignments' = if (!empty(operatorPrincipalId)) {
    name: guid(account.id, operatorPrincipalId, dataRole.id)
    properties: {
      principalId: operatorPrincipalId
      roleDefinitionId: dataRole.id
      scope: '${account.id}/dbs/${databaseName}'
    }
    dependsOn: [database]
  }
}

output accountId string = account.id
output endpoint string = account.properties.documentEndpoint
output database string = databaseName
