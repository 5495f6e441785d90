using System.Buffers;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// Writes events with their identity (spec identities, 7.1): the entity comes first among the derived contexts, and whatever
/// calls itself one already goes, also where a tracker sent it. The rest of the line is copied as it is.
/// </summary>
public static class IdentityStamp
{
    private static ReadOnlySpan<byte> EnvelopeStart => """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":["""u8;

    private static ReadOnlySpan<byte> EntityStart =>
        "{\"schema\":\"iglu:com.snowplowanalytics.snowplow/identity/jsonschema/2-0-0\",\"data\":{\"snowplow_id\":\""u8;

    private static ReadOnlySpan<byte> Schema => "iglu:com.snowplowanalytics.snowplow/identity/"u8;

    /// <summary>What canonical JSON leaves of the schema, where vendor and name cannot be told apart any more.</summary>
    private static ReadOnlySpan<byte> CanonicalSchema => "iglu:~/com_snowplowanalytics_snowplow_identity/"u8;

    private static ReadOnlySpan<byte> Trace => "identity"u8;

    /// <summary>
    /// Writes a line with the identity that its event resolved to. False when the entities of the line are broken: it is a bad row, and
    /// what was written is to be thrown away.
    /// </summary>
    /// <param name="enriched">The line.</param>
    /// <param name="result">An outcome with an id.</param>
    /// <param name="writesDecision">True to add the entity <c>identity_decision</c> with the reasons.</param>
    /// <param name="output">Gets the line without a line end.</param>
    public static bool TryWrite(in EnrichedEvent enriched, in ResolutionResult result, bool writesDecision, IBufferWriter<byte> output)
    {
        var line = enriched.Line;
        var contexts = enriched.StartOf(AtomicColumns.Contexts);
        var afterContexts = contexts + enriched.LengthOf(AtomicColumns.Contexts);
        var derived = enriched.StartOf(AtomicColumns.DerivedContexts);
        var afterDerived = derived + enriched.LengthOf(AtomicColumns.DerivedContexts);
        if (line[contexts..afterContexts].IndexOf(Trace) < 0)
            output.Write(line[..derived]);
        else
        {
            output.Write(line[..contexts]);
            if (!TryWriteSent(line, contexts, afterContexts, output))
                return false;
            output.Write(line[afterContexts..derived]);
        }
        if (!TryWriteDerived(line, derived, afterDerived, result, writesDecision, output))
            return false;
        output.Write(line[afterDerived..]);
        return true;
    }

    /// <summary>Writes the entities that a tracker sent, without identities; nothing when no other is left.</summary>
    private static bool TryWriteSent(ReadOnlySpan<byte> line, int start, int end, IBufferWriter<byte> output)
    {
        var others = new ArrayBufferWriter<byte>(end - start);
        if (!TryCopyOthers(line, start, end, isFirst: true, others))
            return false;
        if (others.WrittenCount == 0)
            return true;
        output.Write(EnvelopeStart);
        output.Write(others.WrittenSpan);
        output.Write("]}"u8);
        return true;
    }

    private static bool TryWriteDerived(
        ReadOnlySpan<byte> line, int start, int end, in ResolutionResult result, bool writesDecision, IBufferWriter<byte> output)
    {
        output.Write(EnvelopeStart);
        output.Write(EntityStart);
        IdentityText.WriteId(result.Id, output);
        output.Write("\",\"created_at\":\""u8);
        IdentityText.WriteTime(result.CreatedAt, output);
        output.Write("\"}}"u8);
        if (writesDecision)
            WriteDecision(result, output);
        if (start < end && !TryCopyOthers(line, start, end, isFirst: false, output))
            return false;
        output.Write("]}"u8);
        return true;
    }

    private static void WriteDecision(in ResolutionResult result, IBufferWriter<byte> output)
    {
        var reasons = string.Join(',', IdentityText.Names(result.Reasons).Select(name => $"\"{name}\""));
        var fallback = result.Outcome == ResolutionOutcome.Fallback ? "true" : "false";
        const string schema = "iglu:io.github.signals-functions/identity_decision/jsonschema/1-0-0";
        output.Write(Encoding.UTF8.GetBytes($$$""",{"schema":"{{{schema}}}","data":{"reasons":[{{{reasons}}}],"fallback":{{{fallback}}}}}"""));
    }

    /// <summary>Copies the entities of a column that are no identities, each but the first after a comma.</summary>
    private static bool TryCopyOthers(ReadOnlySpan<byte> line, int start, int end, bool isFirst, IBufferWriter<byte> output)
    {
        var json = new JsonScanner(line, end);
        var offset = EventTypeKey.FindMember(ref json, start, "data"u8);
        if (offset < 0 || json.At(offset) != '[')
            return false;
        var entities = offset + 1;
        var after = json.ContainerEnd(entities, 2);
        if (after < 0 || json.At(after - 1) != ']')
            return false;
        if (json.Slice(entities, after).IndexOf(Trace) < 0)
        {
            // None of them can be an identity, so they need not be told apart.
            entities = json.SkipSpace(entities);
            if (entities < after - 1 && !isFirst)
                output.Write(","u8);
            output.Write(json.Slice(entities, after - 1));
            return true;
        }
        return TryCopyEach(ref json, entities, isFirst, output);
    }

    private static bool TryCopyEach(ref JsonScanner json, int offset, bool isFirst, IBufferWriter<byte> output)
    {
        for (offset = json.SkipSpace(offset); json.At(offset) != ']';)
        {
            var after = json.ValueEnd(offset, 2);
            if (after < 0)
                return false;
            if (!IsIdentity(ref json, offset))
            {
                if (!isFirst)
                    output.Write(","u8);
                output.Write(json.Slice(offset, after));
                isFirst = false;
            }
            offset = json.SkipSpace(after);
            if (json.At(offset) == ',')
                offset = json.SkipSpace(offset + 1);
            else if (json.At(offset) != ']')
                return false;
        }
        return true;
    }

    private static bool IsIdentity(ref JsonScanner json, int entity)
    {
        Span<byte> uri = stackalloc byte[256];
        var schema = EventTypeKey.FindMember(ref json, entity, "schema"u8);
        if (schema < 0 || json.At(schema) != '"')
            return false;
        var end = json.StringEnd(schema + 1, out _);
        if (end < 0 || end - schema > uri.Length || !JsonText.TryUnescape(json.Slice(schema + 1, end), uri, out var length))
            return false;
        return uri[..length].StartsWith(Schema) || uri[..length].StartsWith(CanonicalSchema);
    }
}
