using Microsoft.Azure.Functions.Worker;

namespace Signals.Functions.Tests.Azure;

/// <summary>What a function is told about a call: the metadata of its trigger, and whether it is to stop.</summary>
public sealed class TriggerContext(IReadOnlyDictionary<string, object?> data, CancellationToken stopping = default) : FunctionContext
{
    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override BindingContext BindingContext { get; } = new Binding(data);

    public override CancellationToken CancellationToken => stopping;

    private sealed class Binding(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }
}
