using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>Writes an enumeration by its name on the wire. Reading is the business of <see cref="DefinitionReader"/>, which can say where.</summary>
public abstract class WireNameConverter<T> : WriteOnlyConverter<T>
    where T : struct, Enum
{
    private readonly WireNames<T> _names;

    private protected WireNameConverter(WireNames<T> names) => _names = names;

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(_names[value]);
}

/// <summary>A converter of responses and stored definitions, which are only ever written with it.</summary>
public abstract class WriteOnlyConverter<T> : JsonConverter<T>
{
    /// <summary>Never called: definitions are read by their own readers.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"{typeToConvert.Name} is read with {nameof(DefinitionJson)}.");
}

/// <summary>Writes value types.</summary>
public sealed class AttributeTypeConverter() : WireNameConverter<AttributeType>(DefinitionNames.AttributeTypes);

/// <summary>Writes aggregations.</summary>
public sealed class AggregationKindConverter() : WireNameConverter<AggregationKind>(DefinitionNames.Aggregations);

/// <summary>Writes parts of date-times.</summary>
public sealed class DatePartConverter() : WireNameConverter<DatePart>(DefinitionNames.DateParts);

/// <summary>Writes units of time.</summary>
public sealed class TimeUnitConverter() : WireNameConverter<TimeUnit>(DefinitionNames.TimeUnits);

/// <summary>Writes operators of event criteria.</summary>
public sealed class EventOperatorConverter() : WireNameConverter<EventOperator>(DefinitionNames.EventOperators);

/// <summary>Writes operations of calculated properties.</summary>
public sealed class CalculatedOperationConverter() : WireNameConverter<CalculatedOperation>(DefinitionNames.CalculatedOperations);

/// <summary>Writes durations in ISO 8601.</summary>
public sealed class IsoDurationConverter : WriteOnlyConverter<TimeSpan>
{
    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(IsoDuration.Format(value));
}

/// <summary>Writes date-times in UTC with <c>Z</c>.</summary>
public sealed class IsoDateTimeConverter : WriteOnlyConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(IsoDateTime.Format(value));
}
