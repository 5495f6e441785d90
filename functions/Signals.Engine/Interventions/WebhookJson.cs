using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Signals.Engine.Definitions;

namespace Signals.Engine.Interventions;

/// <summary>Reads and checks webhooks; every error is collected with its place.</summary>
public static partial class WebhookJson
{
    private const int MaxNames = 100;
    private const int MaxAttempts = 20;

    private static readonly TextRule UrlRule = new(1, 2048, @"^[\x21-\x7E]+$", VisibleRegex());
    private static readonly TextRule SecretRule = new(16, 256, @"^[\x21-\x7E]+$", VisibleRegex());

    /// <summary>Reads a webhook.</summary>
    /// <param name="body">The body of the request.</param>
    /// <param name="secret">The secret when the body has none.</param>
    /// <param name="webhook">The webhook.</param>
    /// <param name="errors">What is wrong with it.</param>
    public static bool TryRead(
        JsonElement body, string secret, [NotNullWhen(true)] out WebhookDefinition? webhook, out IReadOnlyList<FieldError> errors)
    {
        var found = new FieldErrors();
        webhook = DefinitionReader.Read(body, FieldPath.Body, found, reader => Read(reader, secret));
        errors = found.Kept;
        return webhook is not null;
    }

    private static WebhookDefinition? Read(DefinitionReader reader, string secret)
    {
        var webhook = new WebhookDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Description = reader.Text("description", TextRules.Description),
            Url = ReadUrl(reader),
            Secret = reader.Text("secret", SecretRule) ?? secret,
            Interventions = reader.List("interventions", 0, MaxNames, ReadName) ?? [],
            TargetAttributeKeys = reader.List("target_attribute_keys", 0, MaxNames, ReadName) ?? [],
            MaxAttempts = reader.Integer("max_attempts", 1, MaxAttempts) ?? WebhookDefinition.DefaultMaxAttempts,
            IsPublished = reader.Boolean("is_published") ?? false,
        };
        return reader.Failed ? null : webhook;
    }

    private static string ReadName(DefinitionReader reader) => reader.RequiredText("name", TextRules.ObjectName);

    private static Uri ReadUrl(DefinitionReader reader)
    {
        var text = reader.RequiredText("url", UrlRule);
        var nowhere = new Uri("https://invalid.invalid/");
        if (text.Length == 0)
            return nowhere;
        var valid = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.UserInfo.Length == 0
            && url.Fragment.Length == 0;
        if (valid)
            return url!;
        reader.Fail("url", "url_parsing", "Input should be an absolute https URL without user name, password and fragment");
        return nowhere;
    }

    [GeneratedRegex(@"^[\x21-\x7E]+\z")]
    private static partial Regex VisibleRegex();
}
