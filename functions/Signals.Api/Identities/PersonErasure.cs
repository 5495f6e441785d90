using Microsoft.Extensions.Logging;
using Signals.Engine.Attributes;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;

namespace Signals.Api.Identities;

/// <summary>Erases people: from the identity graph, and what attributes and interventions know under their Snowplow IDs.</summary>
internal sealed partial class PersonErasure(
    IdentityEraser eraser, ProfileEditor profiles, IInterventionOutbox outbox, IWebhookStore webhooks, ILogger<PersonErasure> log)
{
    private const string AttributeKey = "snowplow_id";

    public async ValueTask<ErasureReport> EraseAsync(ErasureRequest request, CancellationToken cancellationToken)
    {
        var report = request.Inputs.Count == 0
            ? new ErasureReport(Guid.NewGuid().ToString(), [], 0, 0)
            : await eraser.EraseAsync(request, cancellationToken);
        if (!request.IsDryRun)
        {
            foreach (var id in report.Outcomes.OfType<ErasureOutcome.Erased>().SelectMany(erased => erased.Ids).Distinct())
                await ForgetAsync(id.ToString(), cancellationToken);
        }
        Erased(log, report.OperationId, request.Caller, request.Inputs.Count, report.Ids, report.Identifiers, request.IsDryRun);
        return report;
    }

    private async ValueTask ForgetAsync(string id, CancellationToken cancellationToken)
    {
        await profiles.DeleteAsync(new ProfileKey(AttributeKey, id), cancellationToken);
        await outbox.ForgetAsync(new InterventionTarget(AttributeKey, id), cancellationToken);
        await webhooks.ForgetAsync(new InterventionTarget(AttributeKey, id), cancellationToken);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Erasure {Operation} by {Caller}: {Inputs} inputs, {Ids} Snowplow IDs, {Identifiers} identifiers, dry run {IsDryRun}.")]
    private static partial void Erased(ILogger log, string operation, string caller, int inputs, int ids, int identifiers, bool isDryRun);
}
