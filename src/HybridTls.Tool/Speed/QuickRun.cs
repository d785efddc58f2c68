using System.Diagnostics;

namespace HybridTls.Tool.Speed;

/// <summary>
/// Measures a list of operations in well under a minute. All are warmed up first (so that the JIT's last tier runs), then measured in
/// rounds in which each takes its turn, so that a drift of the machine's speed falls on all of them and ratios hold.
/// </summary>
internal sealed class QuickRun(IReadOnlyList<Operation> operations)
{
    private const int Rounds = 21;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(12);

    /// <summary>Measures everything; the first operation is the yardstick.</summary>
    /// <param name="progress">Told after each step how much is done, from 0 to 1.</param>
    public IReadOnlyList<QuickResult> Measure(Action<double> progress)
    {
        Subject[] subjects = [.. operations.Select(operation => new Subject(operation))];
        double steps = subjects.Length * (1 + Rounds), done = 0;
        foreach (Subject subject in subjects)
        {
            subject.WarmUp(WarmUp, Turn);
            progress(++done / steps);
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach (Subject subject in subjects)
            {
                subject.TakeTurn(subjects[0]);
                progress(++done / steps);
            }
        }

        return [.. subjects.Select(subject => subject.Result())];
    }

    private sealed class Subject(Operation operation)
    {
        private readonly Func<int, long> _body = operation.Prepare();
        private readonly List<double> _microseconds = [];
        private readonly List<double> _ratios = [];
        private int _calls = 1;
        private long _allocated;
        private long _operations;

        public void WarmUp(TimeSpan time, TimeSpan turn)
        {
            long start = Stopwatch.GetTimestamp();
            int calls = 0;
            do
            {
                _body(1);
                calls++;

                // Tier-1 code is compiled in the background after a pause without new tier-0 activity: leave it the pause.
                if (calls is 40 or 200)
                {
                    Thread.Sleep(150);
                }
            }
            while (Stopwatch.GetElapsedTime(start) < time || calls < 60);

            start = Stopwatch.GetTimestamp();
            _body(1);
            double once = Math.Max(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1e-4);
            _calls = (int)Math.Clamp(turn.TotalMilliseconds / once, 1, 1_000_000);
        }

        public void TakeTurn(Subject yardstick)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            double elapsed = _body(_calls) * (1e6 / Stopwatch.Frequency);
            _allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
            _operations += (long)_calls * operation.PerCall;
            _microseconds.Add(elapsed / ((double)_calls * operation.PerCall));
            _ratios.Add(_microseconds[^1] / yardstick._microseconds[^1]);
        }

        public QuickResult Result()
        {
            double[] sorted = [.. _microseconds.Order()];
            double median = sorted[sorted.Length / 2];
            return new QuickResult(
                operation.Name,
                median,
                _ratios.Order().ElementAt(_ratios.Count / 2),
                _allocated / _operations,
                (sorted[sorted.Length * 9 / 10] - sorted[sorted.Length / 10]) / median,
                operation.BytesPerOperation);
        }
    }
}
