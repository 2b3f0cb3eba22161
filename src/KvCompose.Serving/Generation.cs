using System.Threading.Channels;
using KvCompose.Models.Sampling;

namespace KvCompose.Serving;

/// <summary>
/// An answer that is being made. Read it once, by <c>await foreach</c>: pieces are there as soon as they are made, also if they are read late. Who stops
/// reading cancels it.
/// </summary>
public sealed class Generation : IAsyncEnumerable<GeneratedPiece>
{
    private readonly Channel<GeneratedPiece> _pieces = Channel.CreateUnbounded<GeneratedPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _wake;
    private int _read;
    private volatile bool _cancelled;

    internal Generation(int promptTokens, Action wake) => (PromptTokens, _wake) = (promptTokens, wake);

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Tokens of the prompt that the cache held already. Certain from the first piece on.</summary>
    public int ReusedTokens { get; internal set; }

    /// <summary>Tokens of the answer so far, the one that ended it not counted.</summary>
    public int AnswerTokens { get; internal set; }

    /// <summary>Why the answer ended; <see cref="FinishReason.None"/> until then.</summary>
    public FinishReason Finish { get; internal set; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; internal set; }

    /// <summary>Bytes of pages that the sequence's pipeline held, of all its sequences, when the answer ended.</summary>
    public long BytesHeld { get; internal set; }

    /// <summary>From the request's arrival to the beginning of its prompt.</summary>
    public TimeSpan QueueTime { get; internal set; }

    /// <summary>From the request's arrival to its first token.</summary>
    public TimeSpan TimeToFirstToken { get; internal set; }

    /// <summary>From the first token to the end.</summary>
    public TimeSpan DecodeTime { get; internal set; }

    /// <summary>Tokens of the answer in a second, the first not counted; 0 for fewer than two.</summary>
    public double TokensPerSecond => AnswerTokens < 2 || DecodeTime <= TimeSpan.Zero ? 0 : (AnswerTokens - 1) / DecodeTime.TotalSeconds;

    /// <summary>Ends when everything about the answer is certain, successfully or not. It does not fail.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The tokens of the answer, the one that ended it not counted. Certain when it has ended.</summary>
    public IReadOnlyList<int> Tokens => Answer;

    internal List<int> Answer { get; } = [];

    internal bool IsCancelled => _cancelled;

    internal CancellationTokenSource Cancellation { get; } = new();

    /// <summary>Breaks the answer off. What it holds is freed before the next step.</summary>
    public void Cancel()
    {
        _cancelled = true;
        Cancellation.Cancel();
        _wake();
    }

    /// <summary>Reads the answer.</summary>
    /// <param name="cancellationToken">Breaks the answer off.</param>
    /// <exception cref="InvalidOperationException">It has been read before.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="TimeoutException">The request took longer than it may.</exception>
    /// <exception cref="CacheLimitException">The request does not fit into the engine's memory.</exception>
    public async IAsyncEnumerator<GeneratedPiece> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _read, 1) == 1)
        {
            throw new InvalidOperationException("An answer can be read once");
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static self => ((Generation)self!).Cancel(),
            this);
        bool ended = false;
        try
        {
            while (await _pieces.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (_pieces.Reader.TryRead(out GeneratedPiece piece))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return piece;
                }
            }

            ended = true;
        }
        finally
        {
            if (!ended)
            {
                Cancel();
            }
        }
    }

    internal void Push(GeneratedPiece piece) => _pieces.Writer.TryWrite(piece);

    internal void End(Exception? problem = null)
    {
        _pieces.Writer.TryComplete(problem);
        _ended.TrySetResult();
    }
}
