using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Signals.Engine.Events;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqlitePartitionLeaseTests : PartitionLeaseCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();
    private int _owners;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Lease_of_a_process_that_is_gone_is_free()
    {
        await NewOwner().TryHoldAsync(0, TimeSpan.FromDays(1), default);
        await PretendOwnerIs(Environment.MachineName, await ProcessIdThatIsGone());

        Assert.True(await NewOwner().TryHoldAsync(0, TimeSpan.FromSeconds(10), default));
    }

    [Fact]
    public async Task Lease_of_a_process_of_another_machine_is_waited_for()
    {
        await NewOwner().TryHoldAsync(0, TimeSpan.FromSeconds(10), default);
        await PretendOwnerIs("elsewhere", await ProcessIdThatIsGone());

        Assert.False(await NewOwner().TryHoldAsync(0, TimeSpan.FromSeconds(10), default));
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await NewOwner().TryHoldAsync(0, TimeSpan.FromSeconds(10), default));
    }

    protected override IPartitionLease NewOwner() =>
        new SqlitePartitionLease(_owners++ % 2 == 0 ? _database.First : _database.Second, Time);

    private static async Task<int> ProcessIdThatIsGone()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.Id;
    }

    private async Task PretendOwnerIs(string machine, int processId)
    {
        await using var connection = new SqliteConnection($"Data Source={_database.Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE partition_lease SET owner = $owner";
        command.Parameters.AddWithValue("$owner", $"{machine}/{processId}/0");
        await command.ExecuteNonQueryAsync();
    }
}
