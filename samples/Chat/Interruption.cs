using System.Runtime.InteropServices;

namespace KvCompose.Samples.Chat;

/// <summary>Turns SIGINT and SIGTERM into a cancellation: of the answer that is being given, or of the program.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration[] _signals;
    private CancellationTokenSource? _answer;

    public Interruption()
        => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel)];

    /// <summary>Runs an answer, which a signal stops.</summary>
    /// <returns>Whether it was stopped.</returns>
    public bool Guard(Action<CancellationToken> answer)
    {
        using var source = new CancellationTokenSource();
        lock (_lock)
        {
            _answer = source;
        }

        try
        {
            answer(source.Token);
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
                _answer = null;
            }
        }
    }

    public void Dispose() => Array.ForEach(_signals, static signal => signal.Dispose());

    private void Cancel(PosixSignalContext signal)
    {
        lock (_lock)
        {
            if (_answer is null)
            {
                return; // Nothing is being answered: the signal ends the program.
            }

            signal.Cancel = true;
            _answer.Cancel();
        }
    }
}
