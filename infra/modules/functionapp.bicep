param name string
param location string
param tags object
param zoneRedundant bool
param identityId string
param identityClientId string
param storageName string
param deploymentContainer string
param applicationInsightsName string
param cosmosEndpoint string
param cosmosDatabase string
param eventHubsHost string
param partitionCount int
param hubEpoch int
param identities bool
param entraTenantId string
param entraAudience string
param instanceMemoryMB int
param maximumInstanceCount int
param httpConcurrency int
param alwaysReadyHttp int
param alwaysReadyStreaming int

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// Every setting that the application reads, or docs/operate.md says that it is optional: a test compares. None is a secret.
var settings = union(
  {
    AZURE_CLIENT_ID: identityClientId
    AzureWebJobsDisableHomepage: 'true'
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
    AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    EventHubs__credential: 'managedidentity'
    EventHubs__clientId: identityClientId
    EventHubs__fullyQualifiedNamespace: eventHubsHost
    EnrichedHub: 'enriched'
    EnrichedHubPartitions: string(partitionCount)
    AggregatedHub: identities ? 'resolved' : 'enriched'
    AggregatedConsumerGroup: 'signals'
    ResolvedHub: 'resolved'
    DeferredHub: 'deferred'
    'AzureWebJobs.ResolveIdentities.Disabled': string(!identities)
    'AzureWebJobs.ReconcileDeferred.Disabled': string(!identities)
    HubEpoch: string(hubEpoch)
    Signals__Cosmos__Endpoint: cosmosEndpoint
    Signals__Cosmos__Database: cosmosDatabase
  },
  empty(entraTenantId)
    ? {}
    : {
        Signals__Entra__TenantId: entraTenantId
        Signals__Entra__Audience: entraAudience
      }
)

var alwaysReady = [
  { name: 'http', instanceCount: alwaysReadyHttp }
  { name: 'function:AggregateAttributes', instanceCount: alwaysReadyStreaming }
]

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      // HTTP functions share their instances; every function that reads a hub has its own.
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: filter(alwaysReady, ready => ready.instanceCount > 0)
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      appSettings: map(items(settings), setting => { name: setting.key, value: setting.value })
    }
  }

  // Deployment goes by identity, too: no user names and passwords.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
