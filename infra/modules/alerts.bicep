param location string
param tags object
param email string
param workspaceId string
param cosmosAccountId string
param eventHubsNamespaceId string

// What each alert means and what to do is in docs/operate.md, under a heading of its name.

var queries = [
  {
    name: 'events-late'
    description: 'Events reach the profiles more than a minute after the collector took them.'
    severity: 2
    window: 'PT15M'
    // The average of what each instance exports per minute; replays of old events would show in the maximum alone.
    query: 'AppMetrics | where Name == "signals.events.latency" | summarize value = sum(Sum) / sum(ItemCount)'
    operator: 'GreaterThan'
    threshold: 60
  }
  {
    name: 'events-stuck'
    description: 'Events arrive in the hub and none is processed.'
    severity: 1
    window: 'PT15M'
    query: 'union isfuzzy=true (AzureMetrics | where MetricName == "IncomingMessages" | project Arrived = Total, Taken = 0.0), (AppMetrics | where Name == "signals.events.in" | project Arrived = 0.0, Taken = Sum) | summarize value = iff(sum(Taken) == 0, sum(Arrived), 0.0)'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'bad-rows'
    description: 'More than one event in a hundred is a bad row.'
    severity: 3
    window: 'PT15M'
    query: 'AppMetrics | where Name in ("signals.events.bad", "signals.events.in") | summarize bad = sumif(Sum, Name == "signals.events.bad"), all = sumif(Sum, Name == "signals.events.in") | project value = iff(bad > 10, 100.0 * bad / all, 0.0)'
    operator: 'GreaterThan'
    threshold: 1
  }
  {
    name: 'dead-letters'
    description: 'Events that can be read could not be processed.'
    severity: 2
    window: 'PT15M'
    query: 'AppMetrics | where Name == "signals.events.dead_lettered" | summarize value = sum(Sum)'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'function-failures'
    description: 'Functions fail.'
    severity: 2
    window: 'PT15M'
    query: 'AppRequests | where Success == false and ResultCode !startswith "4" | summarize value = count()'
    operator: 'GreaterThan'
    threshold: 10
  }
  {
    name: 'partition-held'
    description: 'A partition waits for Cosmos DB.'
    severity: 1
    window: 'PT15M'
    query: 'AppTraces | where Message has "is held at record" | summarize value = count()'
    operator: 'GreaterThan'
    threshold: 20
  }
  {
    name: 'no-heartbeat'
    description: 'Housekeeping, which runs every ten minutes, has not run for half an hour.'
    severity: 1
    window: 'PT30M'
    query: 'AppTraces | where Message has "Housekeeping has run" | summarize value = count()'
    operator: 'LessThan'
    threshold: 1
  }
]

var metrics = [
  {
    name: 'cosmos-throttled'
    description: 'Cosmos DB refuses requests because the throughput of a container is used up.'
    severity: 2
    scope: cosmosAccountId
    window: 'PT5M'
    metric: 'TotalRequests'
    aggregation: 'Count'
    threshold: 100
    dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
  }
  {
    name: 'cosmos-near-limit'
    description: 'A partition of a container uses most of its throughput.'
    severity: 3
    scope: cosmosAccountId
    window: 'PT5M'
    metric: 'NormalizedRUConsumption'
    aggregation: 'Average'
    threshold: 80
    dimensions: [{ name: 'CollectionName', operator: 'Include', values: ['*'] }]
  }
  {
    name: 'hub-throttled'
    description: 'Event Hubs refuses requests because the throughput units are used up.'
    severity: 2
    scope: eventHubsNamespaceId
    window: 'PT5M'
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    threshold: 0
    dimensions: []
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-signals'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'signals'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource queryAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queries: {
    name: alert.name
    location: location
    tags: tags
    properties: {
      displayName: alert.name
      description: '${alert.description} See docs/operate.md, ${alert.name}.'
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Total'
            metricMeasureColumn: 'value'
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      // The tables are made when the first telemetry arrives, which is after this.
      skipQueryValidation: true
      actions: { actionGroups: empty(email) ? [] : [actionGroup.id] }
    }
  }
]

resource metricAlert 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metrics: {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.description} See docs/operate.md, ${alert.name}.'
      severity: alert.severity
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.metric
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: alert.dimensions
          }
        ]
      }
      actions: empty(email) ? [] : [{ actionGroupId: actionGroup.id }]
    }
  }
]
