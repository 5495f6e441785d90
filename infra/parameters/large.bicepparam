using '../main.bicep'

// 100,000 events a second: docs/capacity.md has the arithmetic.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param alertEmail = readEnvironmentVariable('SIGNALS_ALERT_EMAIL', '')
param senderPrincipalIds = readEnvironmentVariable('SIGNALS_SENDER_PRINCIPAL_IDS', '')
param entraTenantId = readEnvironmentVariable('SIGNALS_ENTRA_TENANT_ID', '')
param entraAudience = readEnvironmentVariable('SIGNALS_ENTRA_AUDIENCE', '')
param hubEpoch = int(readEnvironmentVariable('SIGNALS_HUB_EPOCH', '0'))
param identities = bool(readEnvironmentVariable('SIGNALS_IDENTITIES', 'false'))

// Premium takes so many events when Enrich compresses them (producerConf: "compression.type": "gzip"); uncompressed, or with Identities, a
// dedicated cluster does (eventHubsClusterId).
param eventHubsSku = 'Premium'
param eventHubsCapacity = 16
param partitionCount = 100
param profilesMaxThroughput = 1000000
param identitiesMaxThroughput = 100000
param sharedMaxThroughput = 20000
param instanceMemoryMB = 4096
param maximumInstanceCount = 200
param alwaysReadyHttp = 4
param alwaysReadyStreaming = 30
param zoneRedundant = true
