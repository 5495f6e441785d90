using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Signals.Engine.Events;

/// <summary>An Iglu URI: <c>iglu:vendor/name/format/model-revision-addition</c> (spec enriched-events, section 4).</summary>
/// <param name="Vendor">Vendor.</param>
/// <param name="Name">Name.</param>
/// <param name="Format">Format, nearly always <c>jsonschema</c>.</param>
/// <param name="Version">All three numbers of the version.</param>
internal sealed record IgluUri(string Vendor, string Name, string Format, string Version)
{
    private const string Scheme = "iglu:";

    /// <summary>The model number: the first of the version.</summary>
    public int Model => int.Parse(Version.AsSpan(0, Version.IndexOf('-')), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Reads a URI. False with <c>INVALID_IGLUURI</c> or <c>INVALID_SCHEMAVER</c> when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IgluUri? uri, out string code)
    {
        uri = null;
        code = "INVALID_IGLUURI";
        if (!text.StartsWith(Scheme, StringComparison.Ordinal) || text[Scheme.Length..].Split('/', 5) is not [var vendor, var name, var format, var version])
            return false;
        if (!IsIdentifier(vendor, dots: true) || !IsIdentifier(name, dots: false) || !IsIdentifier(format, dots: false))
            return false;
        code = "INVALID_SCHEMAVER";
        if (version.Split('-', 4) is not [var model, var revision, var addition] || !IsNumber(model, 1) || !IsNumber(revision, 0) || !IsNumber(addition, 0))
            return false;
        uri = new IgluUri(vendor, name, format, version);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Scheme}{Vendor}/{Name}/{Format}/{Version}";

    private static bool IsIdentifier(string text, bool dots)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_') && !(dots && c == '.'))
                return false;
        return text.Length > 0;
    }

    private static bool IsNumber(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && (text.Length == 1 || text[0] != '0');
}
