using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Signals.Storage.Sqlite;

/// <summary>
/// The one writer of a process: a thread that takes whatever writes are waiting and commits them together, so that many
/// small durable writes share one flush to disk.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MaxGroup = 1024;

    /// <summary>After this many written pages the write-ahead log is copied into the file.</summary>
    private const int CheckpointPages = (64 << 20) / SqliteDatabase.PageBytes;

    /// <summary>Above this size the copy waits for readers, so that the write-ahead log starts again from its beginning.</summary>
    private const int RestartPages = 4 * CheckpointPages;

    private readonly SqliteSession _session;
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly Thread _thread;
    private int _pagesSinceCheckpoint;

    public SqliteWriter(string path)
    {
        _session = SqliteSession.Open(path, cacheKibibytes: 64 * 1024);
        _thread = new Thread(Run) { IsBackground = true, Name = "SQLite writer" };
        _thread.Start();
    }

    /// <summary>Runs work in a write transaction. Completes once it is durable; the work may run twice when its group fails.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var job = new Job<T>(work, cancellationToken);
        ObjectDisposedException.ThrowIf(_jobs.IsAddingCompleted, typeof(SqliteDatabase));
        _jobs.Add(job, CancellationToken.None);
        return job.Task;
    }

    /// <summary>Finishes the waiting writes and closes.</summary>
    public void Dispose()
    {
        _jobs.CompleteAdding();
        _thread.Join();
        _jobs.Dispose();
        _session.Dispose();
    }

    private void Run()
    {
        var group = new List<Job>();
        foreach (var first in _jobs.GetConsumingEnumerable())
        {
            group.Clear();
            group.Add(first);
            while (group.Count < MaxGroup && _jobs.TryTake(out var next))
                group.Add(next);
            group.RemoveAll(job => job.IsCanceled());
            CommitGroup(group);
            CheckpointWhenLarge();
        }
    }

    /// <summary>Commits a group together. Work that fails fails alone: the others run again without it.</summary>
    private void CommitGroup(List<Job> group)
    {
        while (group.Count > 0)
        {
            Job? running = null;
            try
            {
                Commit(group, ref running);
                foreach (var job in group)
                    job.Complete();
                return;
            }
            catch (Exception error) when (running is not null)
            {
                running.Fail(error);
                group.Remove(running);
            }
            catch (Exception error)
            {
                // Not the work but the transaction failed: the file is locked, or the disk is full.
                foreach (var job in group)
                    job.Fail(error);
                return;
            }
        }
    }

    private void Commit(List<Job> group, ref Job? running)
    {
        try
        {
            _session.Prepare("BEGIN IMMEDIATE").Run();
            foreach (var job in group)
            {
                running = job;
                job.Execute(_session);
            }
            running = null;
            _session.Prepare("COMMIT").Run();
        }
        catch
        {
            _session.Rollback();
            throw;
        }
    }

    /// <summary>Keeps the write-ahead log short, after those who wait for the commit have been answered.</summary>
    private void CheckpointWhenLarge()
    {
        _pagesSinceCheckpoint += _session.TakePagesWritten();
        if (_pagesSinceCheckpoint < CheckpointPages)
            return;
        _pagesSinceCheckpoint = 0;
        try
        {
            if (_session.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE) >= RestartPages)
                _session.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        }
        catch (SqliteException)
        {
            // A full disk, for instance. Everything is committed and stays in the write-ahead log; the next commit meets the
            // same trouble and reports it to its caller.
        }
    }

    private abstract class Job(CancellationToken cancellationToken)
    {
        protected CancellationToken CancellationToken { get; } = cancellationToken;

        public abstract bool IsCanceled();

        public abstract void Execute(SqliteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception error);
    }

    private sealed class Job<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) : Job(cancellationToken)
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _completion.Task;

        public override bool IsCanceled() => CancellationToken.IsCancellationRequested && _completion.TrySetCanceled(CancellationToken);

        public override void Execute(SqliteSession session) => _result = work(session);

        public override void Complete() => _completion.TrySetResult(_result!);

        public override void Fail(Exception error) => _completion.TrySetException(SqliteErrors.ForCallers(error));
    }
}
