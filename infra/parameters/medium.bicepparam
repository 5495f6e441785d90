using '../main.bicep'

// 10,000 events a second: docs/capacity.md has the arithmetic.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param alertEmail = readEnvironmentVariable('SIGNALS_ALERT_EMAIL', '')
param senderPrincipalIds = readEnvironmentVariable('SIGNALS_SENDER_PRINCIPAL_IDS', '')
param entraTenantId = readEnvironmentVariable('SIGNALS_ENTRA_TENANT_ID', '')
param entraAudience = readEnvironmentVariable('SIGNALS_ENTRA_AUDIENCE', '')
param hubEpoch = int(readEnvironmentVariable('SIGNALS_HUB_EPOCH', '0'))
param identities = bool(readEnvironmentVariable('SIGNALS_IDENTITIES', 'false'))

param eventHubsSku = 'Standard'
param eventHubsCapacity = 20
param eventHubsMaxCapacity = 40
param partitionCount = 32
param profilesMaxThroughput = 120000
param identitiesMaxThroughput = 10000
param sharedMaxThroughput = 4000
param instanceMemoryMB = 2048
param maximumInstanceCount = 100
param alwaysReadyHttp = 2
param alwaysReadyStreaming = 3
param zoneRedundant = true
