using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>The binary form of a message that waits in a profile; its first byte says the version.</summary>
internal static class InterventionMessageCodec
{
    private const byte CurrentVersion = 1;

    public static byte[] Encode(InterventionMessage message)
    {
        var writer = new StateWriter();
        writer.Byte(CurrentVersion);
        writer.Guid(message.InterventionId);
        writer.Text(message.Name);
        writer.Count(message.Version);
        writer.Text(message.Target.AttributeKey);
        writer.Text(message.Target.Identifier);
        writer.Byte((byte)message.Decision);
        writer.Time(EventTime.From(message.DecidedAt));
        writer.Byte(message.ExpiresAt is null ? (byte)0 : (byte)1);
        if (message.ExpiresAt is { } expiresAt)
            writer.Time(EventTime.From(expiresAt));
        writer.Count(message.Attributes.Count);
        foreach (var (name, value) in message.Attributes)
        {
            writer.Text(name);
            writer.Text(value);
        }
        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or of a version newer than this program.</exception>
    public static InterventionMessage Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        var version = reader.Byte();
        if (version != CurrentVersion)
            throw new InvalidDataException($"Intervention message has version {version}; this program reads up to version {CurrentVersion}.");
        var id = reader.Guid();
        var name = reader.Text();
        var definitionVersion = (int)reader.Unsigned();
        var target = new InterventionTarget(reader.Text(), reader.Text());
        var decision = (InterventionDecision)reader.Byte();
        var decidedAt = reader.Time().ToDateTimeOffset();
        DateTimeOffset? expiresAt = reader.Byte() == 0 ? null : reader.Time().ToDateTimeOffset();
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var count = reader.Count(); count > 0; count--)
            attributes.Add(reader.Text(), reader.Text());
        return new InterventionMessage
        {
            InterventionId = id,
            Name = name,
            Version = definitionVersion,
            Target = target,
            Decision = decision,
            DecidedAt = decidedAt,
            ExpiresAt = expiresAt,
            Attributes = attributes,
        };
    }
}
