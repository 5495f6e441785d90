targetScope = 'subscription'

// Everything that Signals Functions needs in Azure, in one resource group. docs/deploy.md leads through it; docs/capacity.md says where
// the sizes in parameters/ come from. No key, password or connection string is made, passed or stored: all access is by identity.

@description('Name of this installation, for instance "signals-prod". All names of resources are derived from it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Object id of the user, group or service principal that may administer API keys from the command line; empty for nobody.')
param operatorPrincipalId string = deployer().objectId

@description('Object ids of the identities that send enriched events, such as that of Snowplow Enrich, separated by commas.')
param senderPrincipalIds string = ''

@description('Address that alerts are sent to; empty leaves them in the portal only.')
param alertEmail string = ''

@description('Entra tenant whose access tokens are accepted; empty accepts only the tokens that API keys are exchanged for.')
param entraTenantId string = ''

@description('Audience of those access tokens: the application (client) id, or the application id URI, of the app registration.')
param entraAudience string = ''

@description('Whether data and computing are spread over the availability zones of the region.')
param zoneRedundant bool = false

@description('Standard is enough up to 40 MB/s of events, all hubs together; Premium above.')
@allowed(['Standard', 'Premium'])
param eventHubsSku string = 'Standard'

@description('Throughput units (Standard) or processing units (Premium) to begin with.')
@minValue(1)
@maxValue(40)
param eventHubsCapacity int = 1

@description('Throughput units that Standard may grow to by itself.')
@minValue(1)
@maxValue(40)
param eventHubsMaxCapacity int = 4

@description('Id of a dedicated Event Hubs cluster, made beforehand, to put the namespace in; empty for none.')
param eventHubsClusterId string = ''

@description('Partitions of each hub: the most instances that can process it. Cannot be changed on Standard.')
@minValue(1)
@maxValue(100)
param partitionCount int = 8

@description('How often the hubs have been made anew. Profiles remember positions in them: see docs/operate.md before changing it.')
@minValue(0)
param hubEpoch int = 0

@description('Whether events pass through Identities, which stitches the identifiers of one person together, before attributes are computed.')
param identities bool = false

@description('How long a hub keeps events, in hours: the longest outage that loses nothing.')
@minValue(24)
@maxValue(168)
param retentionHours int = 72

@description('Most RU/s of the Profiles Store; a tenth of it is the least that is paid.')
@minValue(1000)
param profilesMaxThroughput int = 12000

@description('Most RU/s of each container of Identities; a tenth of it is the least that is paid.')
@minValue(1000)
param identitiesMaxThroughput int = 1000

@description('Most RU/s of all other containers together; a tenth of it is the least that is paid.')
@minValue(1000)
param sharedMaxThroughput int = 1000

@description('Memory of an instance in MB; processors and network grow with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances of each function that reads a hub, and of all HTTP functions together.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Requests that one instance answers at the same time. An open subscription to interventions is one of them.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 500

@description('Instances that always wait for HTTP requests.')
@minValue(0)
@maxValue(100)
param alwaysReadyHttp int = 1

@description('Instances that always wait for events.')
@minValue(0)
@maxValue(100)
param alwaysReadyStreaming int = 1

var tags = { 'azd-env-name': environmentName }
var suffix = toLower(uniqueString(subscription().id, environmentName, location))

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-signals-${suffix}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: { suffix: suffix, location: location, tags: tags, principalId: identity.outputs.principalId }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'stsignals${suffix}'
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    principalId: identity.outputs.principalId
  }
}

module eventHubs 'modules/eventhubs.bicep' = {
  scope: group
  params: {
    name: 'evhns-signals-${suffix}'
    location: location
    tags: tags
    sku: eventHubsSku
    capacity: eventHubsCapacity
    maxCapacity: eventHubsMaxCapacity
    clusterId: eventHubsClusterId
    hubs: loadJsonContent('event-hubs.json')
    partitionCount: partitionCount
    retentionHours: retentionHours
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    senderPrincipalIds: filter(split(senderPrincipalIds, ','), id => !empty(id))
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  params: {
    name: 'cosmos-signals-${suffix}'
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    containers: loadJsonContent('cosmos-containers.json')
    maxThroughput: { profiles: profilesMaxThroughput, identities: identitiesMaxThroughput }
    sharedMaxThroughput: sharedMaxThroughput
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
  }
}

module keyVault 'modules/keyvault.bicep' = {
  scope: group
  params: { name: 'kv-${suffix}', location: location, tags: tags, principalId: identity.outputs.principalId }
}

module app 'modules/functionapp.bicep' = {
  scope: group
  params: {
    name: 'func-signals-${suffix}'
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    cosmosEndpoint: cosmos.outputs.endpoint
    cosmosDatabase: cosmos.outputs.database
    eventHubsHost: eventHubs.outputs.host
    partitionCount: partitionCount
    hubEpoch: hubEpoch
    identities: identities
    entraTenantId: entraTenantId
    entraAudience: entraAudience
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReadyHttp: alwaysReadyHttp
    alwaysReadyStreaming: alwaysReadyStreaming
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    cosmosAccountId: cosmos.outputs.accountId
    eventHubsNamespaceId: eventHubs.outputs.namespaceId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output SIGNALS_URI string = app.outputs.uri
output SIGNALS_FUNCTION_APP string = app.outputs.name
output SIGNALS_COSMOS_ENDPOINT string = cosmos.outputs.endpoint
output SIGNALS_EVENT_HUBS_HOST string = eventHubs.outputs.host
output SIGNALS_KEY_VAULT string = keyVault.outputs.name
