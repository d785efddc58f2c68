using System.Collections.Concurrent;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Keeps every log line.</summary>
internal sealed class CollectedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    /// <summary>Those of our category.</summary>
    public IEnumerable<LogLine> Ours => _lines.Where(static line => line.Category == Log.Category);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Waits for a line of ours.</summary>
    public async Task<LogLine> WaitForAsync(int eventId)
    {
        for (int i = 0; i < 500; i++)
        {
            if (Ours.FirstOrDefault(line => line.EventId == eventId) is { } found)
                return found;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"No line with the id {eventId} was logged: {string.Join('\n', Ours)}");
    }

    public void Dispose()
    {
    }

    internal sealed record LogLine(string Category, LogLevel Level, int EventId, string Text);

    private sealed class Logger(CollectedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(static pair => pair.Value)) : "";
            logs._lines.Enqueue(new LogLine(category, logLevel, eventId.Id, $"{formatter(state, exception)} {values} {exception}"));
        }
    }
}
