using '../main.bicep'

// 1,000 events a second: docs/capacity.md has the arithmetic.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param alertEmail = readEnvironmentVariable('SIGNALS_ALERT_EMAIL', '')
param senderPrincipalIds = readEnvironmentVariable('SIGNALS_SENDER_PRINCIPAL_IDS', '')
param entraTenantId = readEnvironmentVariable('SIGNALS_ENTRA_TENANT_ID', '')
param entraAudience = readEnvironmentVariable('SIGNALS_ENTRA_AUDIENCE', '')
param hubEpoch = int(readEnvironmentVariable('SIGNALS_HUB_EPOCH', '0'))
param identities = bool(readEnvironmentVariable('SIGNALS_IDENTITIES', 'false'))

param eventHubsSku = 'Standard'
param eventHubsCapacity = 2
param eventHubsMaxCapacity = 8
param partitionCount = 8
param profilesMaxThroughput = 12000
param identitiesMaxThroughput = 1000
param sharedMaxThroughput = 1000
param instanceMemoryMB = 2048
param maximumInstanceCount = 40
param alwaysReadyHttp = 1
param alwaysReadyStreaming = 1
