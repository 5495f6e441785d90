using Microsoft.Extensions.Logging;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;

namespace Signals.Api.Identities;

/// <summary>Erases people: from the identity graph, and what attributes and interventions know under their Snowplow IDs.</summary>
internal sealed partial class PersonErasure(
    IdentityEraser eraser, ProfileEditor profiles, IDefinitionSource definitions, IInterventionOutbox outbox, IWebhookStore webhooks, ILogger<PersonErasure> log)
{
    public async ValueTask<ErasureReport> EraseAsync(ErasureRequest request, CancellationToken cancellationToken)
    {
        var report = request.Inputs.Count == 0
            ? new ErasureReport(Guid.NewGuid().ToString(), [], 0, 0)
            : await eraser.EraseAsync(request, cancellationToken);
        if (!request.IsDryRun)
        {
            var ids = report.Outcomes.OfType<ErasureOutcome.Erased>().SelectMany(erased => erased.Ids).Distinct().ToList();
            foreach (var key in KeysOfPersons())
                foreach (var id in ids)
                    await ForgetAsync(key, id.ToString(), cancellationToken);
        }
        Erased(log, report.OperationId, request.Caller, request.Inputs.Count, report.Ids, report.Identifiers, request.IsDryRun);
        return report;
    }

    /// <summary>The attribute keys whose identifier is the Snowplow ID: the built-in one, and those that users made.</summary>
    private List<string> KeysOfPersons()
    {
        PropertyReferences.TryResolve(BuiltInAttributeKeys.SnowplowIdProperty, out PropertyReference? snowplowId, out _);
        return [.. definitions.Current.AttributeKeys.Values.Where(key => Equals(AttributeKeyIdentifier.SourceOf(key), snowplowId)).Select(key => key.Name)];
    }

    private async ValueTask ForgetAsync(string key, string id, CancellationToken cancellationToken)
    {
        await profiles.DeleteAsync(new ProfileKey(key, id), cancellationToken);
        await outbox.ForgetAsync(new InterventionTarget(key, id), cancellationToken);
        await webhooks.ForgetAsync(new InterventionTarget(key, id), cancellationToken);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Erasure {Operation} by {Caller}: {Inputs} inputs, {Ids} Snowplow IDs, {Identifiers} identifiers, dry run {IsDryRun}.")]
    private static partial void Erased(ILogger log, string operation, string caller, int inputs, int ids, int identifiers, bool isDryRun);
}
