using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using KvCompose.Models.Sampling;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Chat;

/// <summary>
/// A conversation with a model in one sequence of a session. A turn computes only what the cache does not hold yet: the prompt's tokens are compared with
/// those of the sequence, and the rest is appended. Where the template writes earlier turns in another way than they were, the sequence is rewound as far as
/// the pipeline can, or its prompt is processed again. Not thread-safe, and nothing else may use the sequence.
/// </summary>
public sealed class Conversation
{
    private readonly LanguageModel _model;
    private readonly ChatFormat _format;
    private readonly int _sequence;
    private readonly int[] _step;
    private readonly List<int> _held = [];
    private TokenTable? _table;
    private bool _answering;

    /// <summary>Begins a conversation, or takes one over that another session had.</summary>
    /// <param name="model">The model.</param>
    /// <param name="session">A session of the model.</param>
    /// <param name="options">How answers are made; null for the model's own distribution.</param>
    /// <param name="sequence">The sequence of the session that the conversation has for itself.</param>
    /// <exception cref="ArgumentException">The session's shape is another than the model's, or it lacks the sequence.</exception>
    /// <exception cref="TokenizerFormatException">The model has no tokenizer or no chat template.</exception>
    /// <exception cref="ChatTemplateException">The model's template cannot be parsed.</exception>
    public Conversation(LanguageModel model, KvSession session, ConversationOptions? options = null, int sequence = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(session);
        if (session.Shape != model.Shape)
        {
            throw new ArgumentException($"the session is of {session.Shape}, the model of {model.Shape}", nameof(session));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, session.Sequences);
        _model = model;
        _format = model.ChatFormat;
        _sequence = sequence;
        _step = new int[session.Sequences];
        Session = session;
        Options = options ?? new ConversationOptions();
    }

    /// <summary>The session.</summary>
    public KvSession Session { get; }

    /// <summary>How the next answer is made.</summary>
    public ConversationOptions Options { get; set; }

    /// <summary>The messages so far. They may be changed between turns; what the cache holds of those that stay is used again.</summary>
    public IList<JsonObject> Messages { get; } = [];

    /// <summary>What the last turn took; null before the first.</summary>
    public TurnReport? LastTurn { get; private set; }

    /// <summary>Tokens that the sequence has seen.</summary>
    public IReadOnlyList<int> HeldTokens => _held;

    /// <summary>
    /// Says that the session's sequence holds these tokens, for instance after <see cref="KvSession.Resume(string, int, CancellationToken)"/> or
    /// <see cref="KvSession.Fork"/>.
    /// </summary>
    /// <param name="tokens">All tokens that the sequence has seen.</param>
    /// <exception cref="ArgumentException">The sequence has seen another number of tokens.</exception>
    public void Hold(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length != Session.Length(_sequence))
        {
            throw new ArgumentException($"{tokens.Length} tokens for a sequence that has seen {Session.Length(_sequence)}", nameof(tokens));
        }

        _held.Clear();
        _held.AddRange(tokens);
    }

    /// <summary>Adds a message of the user and answers it.</summary>
    /// <inheritdoc cref="Answer"/>
    /// <param name="text">What the user says. It cannot spell control tokens.</param>
    /// <param name="cancellation">Breaks the answer off; what was said stays as a message.</param>
    public IEnumerable<AnswerPiece> Ask(string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return AskCore(text, cancellation);
    }

    /// <summary>
    /// Answers the messages. The answer becomes a message when it ends, also if the caller stops reading it or it is cancelled in between; nothing changes if
    /// it fails before its first token.
    /// </summary>
    /// <param name="cancellation">Breaks the answer off; what was said stays as a message.</param>
    /// <exception cref="ChatTemplateException">The template refuses the messages.</exception>
    /// <exception cref="ArgumentException">A message's text is not in the vocabulary, or an option is out of range.</exception>
    /// <exception cref="ContextExceededException">The conversation is longer than the model's context.</exception>
    /// <exception cref="CacheLimitException">The conversation does not fit into the session's limit.</exception>
    /// <exception cref="InvalidOperationException">An answer of this conversation is being read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<AnswerPiece> Answer(CancellationToken cancellation = default)
    {
        if (_answering)
        {
            throw new InvalidOperationException("An answer of this conversation is still being read");
        }

        _answering = true;
        var said = new StringBuilder();
        AnswerStream? stream = null;
        TurnReport? report = null;
        var clock = Stopwatch.StartNew();
        try
        {
            int[] prompt = Prompt(cancellation);
            var stop = new StopConditions { Tokens = _format.EndTokens, Strings = Options.StopStrings, MaxTokens = Options.MaxTokens };
            stream = AnswerStream.Of(_model.Tokenizer, stop);
            var sampler = new Sampler(Options.Sampling, _model.Shape.Vocabulary, prompt, Matcher());
            int reused = Process(prompt, cancellation);
            report = new TurnReport { PromptTokens = prompt.Length, ReusedTokens = reused, PrefillTime = clock.Elapsed };
            clock.Restart();
            while (stream.Finish == FinishReason.None)
            {
                cancellation.ThrowIfCancellationRequested();
                SampledToken token = sampler.Next(Session.Logits(_sequence));
                string text = stream.Add(token.Id);
                said.Append(text);
                yield return new AnswerPiece(text, token);
                if (stream.Finish == FinishReason.None)
                {
                    Step(token.Id, cancellation);
                }
            }
        }
        finally
        {
            _answering = false;
            if (report is not null && (stream!.Tokens > 0 || stream.Finish != FinishReason.None))
            {
                FinishReason finish = stream.Finish;
                said.Append(stream.Complete());
                Messages.Add(ChatTurns.Assistant(said.ToString()));
                LastTurn = report with { AnswerTokens = stream.Tokens, Finish = finish, DecodeTime = clock.Elapsed };
            }
        }
    }

    private IEnumerable<AnswerPiece> AskCore(string text, CancellationToken cancellation)
    {
        Messages.Add(ChatTurns.User(text));
        int count = Messages.Count;
        try
        {
            foreach (AnswerPiece piece in Answer(cancellation))
            {
                yield return piece;
            }
        }
        finally
        {
            // Without an answer the question is taken back, so that it can be asked again.
            if (Messages.Count == count)
            {
                Messages.RemoveAt(count - 1);
            }
        }
    }

    private int[] Prompt(CancellationToken cancellation)
    {
        var request = new ChatPromptRequest
        {
            Messages = [.. Messages],
            Tools = Options.Tools,
            Variables = Options.TemplateVariables,
            AddGenerationPrompt = true,
        };
        int[] prompt = _format.Encode(request, cancellation);
        return prompt.Length > 0 ? prompt : throw new ArgumentException("The template makes an empty prompt of the conversation");
    }

    private GrammarMatcher? Matcher()
    {
        if (Options.Grammar is not { } grammar)
        {
            return null;
        }

        _table ??= new TokenTable(Math.Min(_model.Shape.Vocabulary, _model.Tokenizer.LargestId + 1), _model.Tokenizer.BytesOf, [.. _format.EndTokens]);
        return new GrammarMatcher(grammar, _table);
    }

    /// <summary>Makes the sequence hold the prompt, and returns how many of its tokens it held.</summary>
    private int Process(int[] prompt, CancellationToken cancellation)
    {
        int common = 0;
        while (common < _held.Count && common < prompt.Length - 1 && _held[common] == prompt[common])
        {
            common++; // At least the last token is computed: its logits are wanted.
        }

        if (common < _held.Count && !TryRewind(common))
        {
            common = 0;
        }

        try
        {
            if (common == 0)
            {
                _held.Clear();
                Session.Prefill(_sequence, prompt, cancellation);
            }
            else
            {
                Session.Append(_sequence, prompt.AsSpan(common), cancellation);
            }

            _held.AddRange(prompt.AsSpan(common));
            return common;
        }
        catch
        {
            Agree();
            throw;
        }
    }

    private bool TryRewind(int length)
    {
        if (length == 0)
        {
            return false;
        }

        try
        {
            Session.Rewind(length, _sequence);
            _held.RemoveRange(length, _held.Count - length);
            return true;
        }
        catch (RewindException)
        {
            return false; // What is needed is gone: the prompt is processed anew.
        }
    }

    private void Step(int token, CancellationToken cancellation)
    {
        _step.AsSpan().Fill(-1);
        _step[_sequence] = token;
        try
        {
            Session.Step(_step, cancellation);
            _held.Add(token);
        }
        catch
        {
            Agree();
            throw;
        }
    }

    /// <summary>After a failure the sequence is as it was or empty.</summary>
    private void Agree()
    {
        if (Session.Length(_sequence) != _held.Count)
        {
            _held.Clear();
            Session.Clear(_sequence);
        }
    }
}
