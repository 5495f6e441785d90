using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Signals.Api.Tests.Hosting;

/// <summary>One request of a <c>.http</c> file.</summary>
/// <param name="Title">The text behind <c>###</c>.</param>
/// <param name="Name">Its name for later requests (<c># @name</c>); null without one.</param>
/// <param name="Method">Method.</param>
/// <param name="Target">Address, with variables.</param>
/// <param name="Headers">Headers, with variables.</param>
/// <param name="Body">Body; empty for none.</param>
public sealed record HttpFileRequest(
    string Title, string? Name, string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Body);

/// <summary>A <c>.http</c> file as editors run it: variables, named requests, request after request.</summary>
public sealed partial class HttpFile
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);

    private HttpFile(string text)
    {
        var parts = Regex.Split(text.ReplaceLineEndings("\n"), "^###", RegexOptions.Multiline);
        foreach (Match variable in Variable().Matches(parts[0]))
            _variables[variable.Groups[1].Value] = variable.Groups[2].Value;
        Requests = [.. parts.Skip(1).Select(Parse)];
    }

    public IReadOnlyList<HttpFileRequest> Requests { get; }

    public static HttpFile Load(string path) => new(File.ReadAllText(path));

    public void Set(string variable, string value) => _variables[variable] = value;

    public async Task<HttpResponseMessage> SendAsync(HttpFileRequest request, HttpClient client)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), Fill(request.Target));
        if (request.Body.Length > 0)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(request.Body)));
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, Fill(value)))
                message.Content!.Headers.TryAddWithoutValidation(name, Fill(value));
        }
        var answer = await client.SendAsync(message);
        if (request.Name is not null)
            _answers[request.Name] = await answer.Content.ReadAsStringAsync();
        return answer;
    }

    private static HttpFileRequest Parse(string part)
    {
        var lines = part.Split('\n').ToList();
        var title = lines[0].Trim();
        lines.RemoveAt(0);
        var name = lines.Select(l => Regex.Match(l, "^# @name (\\w+)$")).FirstOrDefault(m => m.Success)?.Groups[1].Value;
        lines.RemoveAll(l => l.StartsWith('#'));
        var blank = lines.FindIndex(1, l => l.Length == 0);
        var head = lines.Take(blank < 0 ? lines.Count : blank).Where(l => l.Length > 0).ToList();
        var line = head[0].Split(' ');
        var headers = head.Skip(1).Select(h => h.Split(": ", 2)).Select(h => (h[0], h[1])).ToList();
        return new HttpFileRequest(title, name, line[0], line[1], headers, blank < 0 ? "" : string.Join('\n', lines.Skip(blank + 1)).Trim());
    }

    private string Fill(string text) => Placeholder().Replace(text, placeholder =>
    {
        var key = placeholder.Groups[1].Value;
        if (_variables.TryGetValue(key, out var value))
            return value;
        var parts = key.Split(".response.body.$.");
        return JsonDocument.Parse(_answers[parts[0]]).RootElement.GetProperty(parts[1]).GetString()!;
    });

    [GeneratedRegex(@"^@(\w+) = (.+)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{([^}]+)\}\}")]
    private static partial Regex Placeholder();
}
