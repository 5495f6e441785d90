namespace Signals.Engine.Interventions;

/// <summary>What a hub made of an intervention whose sender waits to hear.</summary>
/// <param name="InterventionId">The intervention.</param>
/// <param name="Target">The target.</param>
/// <param name="Hub">Name of the hub.</param>
/// <param name="Delivered">Whether it was written to at least one stream.</param>
public readonly record struct DeliveryReceipt(Guid InterventionId, InterventionTarget Target, string Hub, bool Delivered);
