using System.Runtime.InteropServices;

namespace KvCompose.Samples;

/// <summary>Turns SIGINT and SIGTERM into a cancellation of the work that is being done. Without work a signal ends the program.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration[] _signals;
    private CancellationTokenSource? _work;

    public Interruption()
        => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel)];

    /// <summary>Does some work, which a signal stops.</summary>
    /// <returns>Whether it was stopped.</returns>
    public bool Guard(Action<CancellationToken> work)
    {
        using var source = new CancellationTokenSource();
        lock (_lock)
        {
            _work = source;
        }

        try
        {
            work(source.Token);
            return false;
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            return true;
        }
        finally
        {
            lock (_lock)
            {
                _work = null;
            }
        }
    }

    /// <summary>Runs a command, which a signal stops, and gives its exit code.</summary>
    public static int Run(Func<CancellationToken, int> command)
    {
        using var interruption = new Interruption();
        int code = ExitCode.Cancelled;
        interruption.Guard(cancellation => code = command(cancellation));
        return code;
    }

    public void Dispose() => Array.ForEach(_signals, static signal => signal.Dispose());

    private void Cancel(PosixSignalContext signal)
    {
        lock (_lock)
        {
            if (_work is null)
            {
                return; // Nothing is being done: the signal ends the program.
            }

            signal.Cancel = true;
            _work.Cancel();
        }
    }
}
