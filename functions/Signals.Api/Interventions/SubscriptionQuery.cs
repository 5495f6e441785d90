using System.Diagnostics.CodeAnalysis;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Reads attribute keys and identifiers from the query of a subscription or push (spec signals-api 11.1).</summary>
internal static class SubscriptionQuery
{
    /// <summary>Query parameter with the subscription token.</summary>
    public const string Token = "token";

    /// <summary>The identifiers, each once, in the order of the query. False, with the reason, when one of them is not good.</summary>
    public static bool TryRead(
        IQueryCollection query,
        DefinitionSnapshot definitions,
        SubscriptionOptions options,
        out List<SubscriptionKey> keys,
        [NotNullWhen(false)] out string? error)
    {
        keys = [];
        var seen = new HashSet<SubscriptionKey>();
        foreach (var (name, identifiers) in query)
        {
            if (name == Token && (options.RequireToken || !definitions.AttributeKeys.ContainsKey(Token)))
                continue;
            if (FindKey(definitions, name) is not { } attributeKey)
            {
                error = $"attribute key '{Shown(name)}' does not exist";
                return false;
            }
            foreach (var identifier in identifiers)
            {
                if (!SubscriptionKey.TryFrom(new InterventionTarget(attributeKey, identifier ?? ""), out var key))
                {
                    error = "only UUIDs allowed as attribute key values";
                    return false;
                }
                if (seen.Add(key))
                    keys.Add(key);
            }
        }
        error = keys.Count switch
        {
            0 => "name at least one attribute key with an identifier in the query",
            _ when keys.Count > options.MaxIdentifiers => $"at most {options.MaxIdentifiers} identifiers are allowed",
            _ => null,
        };
        return error is null;
    }

    /// <summary>The name of the attribute key with this name or, as older clients send it, this <c>key</c>.</summary>
    private static string? FindKey(DefinitionSnapshot definitions, string name)
    {
        if (definitions.AttributeKeys.TryGetValue(name, out var named))
            return named.Name;
        foreach (var candidate in definitions.AttributeKeys.Values)
        {
            if (candidate.Key == name)
                return candidate.Name;
        }
        return null;
    }

    private static string Shown(string name) => name.Length > 128 ? name[..128] + "…" : name;
}
