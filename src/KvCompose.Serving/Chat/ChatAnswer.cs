using System.Text;
using KvCompose.Models.Sampling;

namespace KvCompose.Serving.Chat;

/// <summary>An answer to messages that is being made. Read it once, by <c>await foreach</c>; who stops reading cancels it.</summary>
public sealed class ChatAnswer : IAsyncEnumerable<ChatPiece>
{
    private readonly ToolCallReader? _calls;
    private readonly Action<ChatAnswer>? _ended;
    private readonly StringBuilder _text = new();
    private readonly List<ToolCall> _made = [];
    private readonly string _forced;

    internal ChatAnswer(Generation generation, ToolCallReader? calls, string forced, Action<ChatAnswer>? ended)
    {
        (Generation, _calls, _ended) = (generation, calls, ended);
        _forced = forced;
    }

    /// <summary>Counts and times.</summary>
    public Generation Generation { get; }

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>The calls so far.</summary>
    public IReadOnlyList<ToolCall> Calls => _made;

    /// <summary>Why the answer ended; <see cref="FinishReason.None"/> until then.</summary>
    public FinishReason Finish => Generation.Finish;

    /// <summary>Reads the answer.</summary>
    /// <param name="cancellationToken">Breaks the answer off.</param>
    /// <exception cref="InvalidOperationException">It has been read before.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="TimeoutException">The request took longer than it may.</exception>
    /// <exception cref="CacheLimitException">The request does not fit into the engine's memory.</exception>
    public async IAsyncEnumerator<ChatPiece> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        try
        {
            if (_calls is not null && _forced.Length > 0)
            {
                _ = _calls.Add(_forced, ends: false); // The prompt ends with it.
            }

            await foreach (GeneratedPiece piece in Generation.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                (string text, IReadOnlyList<ToolCall> calls) = _calls?.Add(piece.Text, ends: false) ?? (piece.Text, []);
                yield return Piece(text, calls, 0, piece);
                for (int i = 1; i < calls.Count; i++)
                {
                    yield return Piece("", calls, i, default);
                }
            }

            if (_calls?.Add("", ends: true) is { } rest)
            {
                for (int i = 0; i < Math.Max(rest.Calls.Count, rest.Text.Length > 0 ? 1 : 0); i++)
                {
                    yield return Piece(i == 0 ? rest.Text : "", rest.Calls, i, default);
                }
            }
        }
        finally
        {
            if (!Generation.Ended.IsCompleted)
            {
                Generation.Cancel();
                await Generation.Ended.ConfigureAwait(false);
            }

            _ended?.Invoke(this);
        }
    }

    private ChatPiece Piece(string text, IReadOnlyList<ToolCall> calls, int call, GeneratedPiece piece)
    {
        _text.Append(text);
        ToolCall? made = call < calls.Count ? calls[call] : null;
        if (made is not null)
        {
            _made.Add(made);
        }

        return new ChatPiece(text, made, piece.Token, piece.Alternatives ?? []);
    }
}
