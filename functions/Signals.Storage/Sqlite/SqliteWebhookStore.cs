using Signals.Engine.Interventions;

namespace Signals.Storage.Sqlite;

/// <summary>Webhooks, their cursors and their deliveries in a SQLite file.</summary>
/// <param name="database">The file.</param>
/// <param name="time">Clock for what is due.</param>
public sealed partial class SqliteWebhookStore(SqliteDatabase database, TimeProvider time) : IWebhookStore
{
    private const string OutboxEnd = "(SELECT value FROM counter WHERE name = 'intervention')";

    /// <inheritdoc />
    public async ValueTask<bool> TryAddAsync(WebhookDefinition webhook, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var insert = session.Prepare($"""
                INSERT OR IGNORE INTO webhook (name, description, url, secret, interventions, attribute_keys, max_attempts, is_published, cursor)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, {OutboxEnd})
                """);
            return RunWith(insert, webhook) == 1;
        }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<bool> TryReplaceAsync(WebhookDefinition webhook, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var update = session.Prepare($"""
                UPDATE webhook SET
                    description = ?2, url = ?3, secret = ?4, interventions = ?5, attribute_keys = ?6, max_attempts = ?7, is_published = ?8,
                    cursor = CASE WHEN is_published THEN cursor ELSE {OutboxEnd} END
                WHERE name = ?1
                """);
            return RunWith(update, webhook) == 1;
        }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<bool> TryRemoveAsync(string name, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var deliveries = session.Prepare("DELETE FROM webhook_delivery WHERE webhook = ?1");
            deliveries.Bind(1, name);
            deliveries.Run();
            var webhook = session.Prepare("DELETE FROM webhook WHERE name = ?1");
            webhook.Bind(1, name);
            return webhook.Run() == 1;
        }, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<FollowingWebhook>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(0, static (session, _) =>
        {
            var webhooks = new List<FollowingWebhook>();
            var select = session.Prepare("""
                SELECT name, description, url, secret, interventions, attribute_keys, max_attempts, is_published, cursor FROM webhook ORDER BY name
                """);
            while (select.Step())
                webhooks.Add(new FollowingWebhook(Definition(select), select.Long(8)));
            select.Reset();
            return (IReadOnlyList<FollowingWebhook>)webhooks;
        }));
    }

    private static int RunWith(SqliteStatement statement, WebhookDefinition webhook)
    {
        statement.Bind(1, webhook.Name);
        if (webhook.Description is { } description)
            statement.Bind(2, description);
        else
            statement.Bind(2, (long?)null);
        statement.Bind(3, webhook.Url.OriginalString);
        statement.Bind(4, webhook.Secret);
        statement.Bind(5, string.Join(' ', webhook.Interventions));
        statement.Bind(6, string.Join(' ', webhook.TargetAttributeKeys));
        statement.Bind(7, webhook.MaxAttempts);
        statement.Bind(8, webhook.IsPublished ? 1 : 0);
        return statement.Run();
    }

    private static WebhookDefinition Definition(SqliteStatement row) => new()
    {
        Name = row.Text(0),
        Description = row.IsNull(1) ? null : row.Text(1),
        Url = new Uri(row.Text(2)),
        Secret = row.Text(3),
        Interventions = Names(row.Text(4)),
        TargetAttributeKeys = Names(row.Text(5)),
        MaxAttempts = (int)row.Long(6),
        IsPublished = row.Long(7) != 0,
    };

    private static IReadOnlyList<string> Names(string joined) => joined.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
