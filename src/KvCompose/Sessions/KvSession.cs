using System.ComponentModel;

namespace KvCompose;

/// <summary>
/// A model with a pipeline's cache: prompts go in through <see cref="Prefill(ReadOnlySpan{int}, CancellationToken)"/>, tokens come
/// out of <see cref="Decode"/> or <see cref="Step"/>. Not thread-safe. Derived classes are emitted by the compiler.
/// </summary>
public abstract partial class KvSession : IDisposable
{
    private protected KvSession()
    {
    }

    /// <summary>The model's dimensions.</summary>
    public abstract TransformerShape Shape { get; }

    /// <summary>Sequences that are decoded side by side.</summary>
    public abstract int Sequences { get; }

    /// <summary>What the cache holds.</summary>
    public abstract CacheUsage Usage { get; }

    /// <summary>What the tiers below the resident cache hold and have moved; all zero without any.</summary>
    public abstract TierUsage TierUsage { get; }

    /// <summary>Why the latest <see cref="Decode"/> ended.</summary>
    public DecodeEnd End { get; private set; }

    /// <summary>Processes a prompt as sequence 0; what the sequence held before is dropped.</summary>
    /// <inheritdoc cref="Prefill(int, ReadOnlySpan{int}, CancellationToken)"/>
    public void Prefill(ReadOnlySpan<int> prompt, CancellationToken cancellation = default) => Prefill(0, prompt, cancellation);

    /// <summary>
    /// Processes a prompt; what the sequence held before is dropped. Arguments and a cancellation that was requested before are checked first and leave
    /// the sequence as it was. If processing fails or is cancelled, the sequence is empty.
    /// </summary>
    /// <param name="sequence">Which sequence, below <see cref="Sequences"/>.</param>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="cancellation">Looked at between layers and inside of attention.</param>
    /// <exception cref="ArgumentException">The prompt is empty or holds a token that the vocabulary lacks.</exception>
    /// <exception cref="ContextExceededException">The prompt is longer than the model's context.</exception>
    /// <exception cref="CacheLimitException">The kept tokens do not fit into the limit.</exception>
    /// <exception cref="NonFiniteTokenException">The model computed a key or value that is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract void Prefill(int sequence, ReadOnlySpan<int> prompt, CancellationToken cancellation = default);

    /// <summary>Goes on with sequence 0.</summary>
    /// <inheritdoc cref="Append(int, ReadOnlySpan{int}, CancellationToken)"/>
    public void Append(ReadOnlySpan<int> tokens, CancellationToken cancellation = default) => Append(0, tokens, cancellation);

    /// <summary>
    /// Goes on with a sequence: computes further tokens in one pass, each attending to what the cache holds and to the tokens before it, and stores them.
    /// A token that <see cref="Decode"/> has returned last comes first. The last token is a decode step: what the pipeline does in a step, it does then.
    /// An empty sequence begins with them as its prompt. Arguments are checked first; if processing fails or is cancelled before that last step begins,
    /// the sequence is as it was.
    /// </summary>
    /// <param name="sequence">Which sequence, below <see cref="Sequences"/>.</param>
    /// <param name="tokens">Token ids, at least one.</param>
    /// <param name="cancellation">Looked at between layers and inside of attention.</param>
    /// <exception cref="ArgumentException">There is no token, or one that the vocabulary lacks.</exception>
    /// <exception cref="ContextExceededException">The sequence would become longer than the model's context.</exception>
    /// <exception cref="CacheLimitException">The tokens do not fit into the limit.</exception>
    /// <exception cref="PageFileException">A page file was cut short, or does not hold what was written: the sequence needs a prompt again.</exception>
    /// <exception cref="InvalidOperationException">An earlier step of the sequence failed in the middle.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract void Append(int sequence, ReadOnlySpan<int> tokens, CancellationToken cancellation = default);

    /// <summary>
    /// Drops the last tokens of a sequence. What follows equals what would have followed then. There are logits again if the length is where the prompt or
    /// the latest <see cref="Append(int, ReadOnlySpan{int}, CancellationToken)"/> ended, else with the next token.
    /// </summary>
    /// <param name="length">Tokens that stay, at most <see cref="Length"/>; 0 empties the sequence.</param>
    /// <param name="sequence">Which sequence.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or more than the sequence has.</exception>
    /// <exception cref="RewindException">The pipeline does not hold any more what the sequence was at that length; says why. Nothing changes.</exception>
    /// <exception cref="InvalidOperationException">An earlier step of the sequence failed in the middle.</exception>
    public abstract void Rewind(int length, int sequence = 0);

    /// <summary>
    /// Makes a sequence equal to another. Pages are held by both until one of them writes to a page; what a tier below the resident cache holds is copied.
    /// Each is cleared by itself.
    /// </summary>
    /// <param name="source">Stays as it is.</param>
    /// <param name="target">Another sequence; what it held before is dropped.</param>
    /// <exception cref="ArgumentException">Both are the same sequence.</exception>
    /// <exception cref="InvalidOperationException">The source has no prompt, or an earlier step of it failed in the middle.</exception>
    /// <exception cref="NotSupportedException">The pipeline keeps tokens in a tier that is no <see cref="Residency.ISavedTier"/>.</exception>
    /// <exception cref="CacheLimitException">What sequences hold outside of pages does not fit into the limit; the target is empty.</exception>
    /// <exception cref="HostTierFullException">What a tier holds does not fit into its limit twice; the target is empty.</exception>
    public abstract void Fork(int source, int target);

    /// <summary>
    /// Appends one token to every sequence and computes the logits of the next. All sequences share one pass over the weights.
    /// </summary>
    /// <remarks>
    /// The order in which a matrix product sums depends on how many sequences take part in the step, so that logits may differ in their last bits from
    /// those of another number. With the same number they are equal bit by bit.
    /// </remarks>
    /// <param name="tokens">A token for every sequence; a negative one lets its sequence sit out.</param>
    /// <param name="cancellation">Looked at before the step begins; a step that has begun completes.</param>
    /// <exception cref="ArgumentException">Not one token a sequence, a token that the vocabulary lacks, or a sequence without a prompt.</exception>
    /// <exception cref="ContextExceededException">A sequence has reached the model's context; nothing was appended.</exception>
    /// <exception cref="CacheLimitException">
    /// The tokens, or pages that the step brings in, do not fit into the limit; nothing was appended. When there is room, the same step gives what it would
    /// have given.
    /// </exception>
    /// <exception cref="NonFiniteTokenException">The model computed a key or value that is not finite: the sequences of the step need a prompt again.</exception>
    /// <exception cref="PageFileException">A page file was cut short, or does not hold what was written: the sequences need a prompt again.</exception>
    /// <exception cref="InvalidOperationException">An earlier step of a sequence failed in the middle.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract void Step(ReadOnlySpan<int> tokens, CancellationToken cancellation = default);

    /// <summary>Logits [Vocabulary] of a sequence's next token. Overwritten by the next call that computes.</summary>
    /// <exception cref="InvalidOperationException">The sequence has no prompt, or was filled with random tokens and has made no step since.</exception>
    public abstract ReadOnlySpan<float> Logits(int sequence = 0);

    /// <summary>Tokens that a sequence has seen, prompt and decoded; the position of its next token.</summary>
    public abstract int Length(int sequence = 0);

    /// <summary>Positions of the tokens that a head holds, in slot order.</summary>
    public abstract int[] Positions(int layer, int head, int sequence = 0);

    /// <summary>
    /// Fills a sequence with random keys and values, as if a prompt had been processed, to measure what decoding costs at a depth.
    /// Every head holds every token; no tier is told of them, and none leaves while decoding.
    /// </summary>
    /// <param name="tokens">Length of the sequence, at least 1.</param>
    /// <param name="seed">Decides the content.</param>
    /// <param name="sequence">Which sequence.</param>
    /// <exception cref="ContextExceededException">More tokens than the model's context.</exception>
    /// <exception cref="CacheLimitException">The tokens do not fit into the limit; the sequence is empty.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract void FillRandom(int tokens, int seed = 0, int sequence = 0);

    /// <summary>
    /// Writes a sequence to a file, from which <see cref="Resume(string, int, CancellationToken)"/> continues it bit by bit, provided that as many sequences
    /// take part in each step as would have here. The file appears whole or not at all.
    /// </summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="sequence">Which sequence.</param>
    /// <param name="cancellation">Looked at between heads; no file is left.</param>
    /// <exception cref="IOException">The file, or the model's files of which it states the hash, cannot be used.</exception>
    /// <inheritdoc cref="Save(Stream, int, CancellationToken)" path="/exception"/>
    public void Save(string path, int sequence = 0, CancellationToken cancellation = default)
    {
        using AtomicFile file = AtomicFile.Create(path);
        Save(file.Stream, sequence, cancellation);
        file.Commit();
    }

    /// <summary>Writes a sequence to a stream: which model, tokenizer, pipeline and options, all tokens, every head's pages, what tiers hold, checksums.</summary>
    /// <param name="stream">Is written to from where it stands, and stays open.</param>
    /// <param name="sequence">Which sequence.</param>
    /// <param name="cancellation">Looked at between heads.</param>
    /// <exception cref="InvalidOperationException">The sequence has no prompt, or the model cannot be told from others.</exception>
    /// <exception cref="NotSupportedException">The pipeline keeps tokens in a tier that is no <see cref="Residency.ISavedTier"/>.</exception>
    /// <exception cref="PageFileException">A tier keeps pages in a file, which does not hold what was written.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract void Save(Stream stream, int sequence = 0, CancellationToken cancellation = default);

    /// <summary>Continues a sequence that was saved: what follows equals bit by bit what the saving session would have computed in steps of as many sequences.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sequence">Which sequence takes it; what it held before is dropped.</param>
    /// <param name="cancellation">Looked at between heads; the sequence is empty then.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <inheritdoc cref="Resume(Stream, int, CancellationToken)" path="/exception"/>
    public void Resume(string path, int sequence = 0, CancellationToken cancellation = default)
    {
        using FileStream stream = File.OpenRead(path);
        Resume(stream, sequence, cancellation);
    }

    /// <inheritdoc cref="Resume(string, int, CancellationToken)"/>
    /// <param name="stream">Is read from where it stands, to the saved cache's end, and stays open.</param>
    /// <param name="sequence">Which sequence takes it.</param>
    /// <param name="cancellation">Looked at between heads.</param>
    /// <exception cref="SavedCacheFormatException">It is no saved cache, or a damaged one; names what and where.</exception>
    /// <exception cref="SavedCacheMismatchException">It is of another model, tokenizer, pipeline or other options; names which. The sequence is as it was.</exception>
    /// <exception cref="CacheLimitException">The saved pages do not fit into the limit; the sequence is empty.</exception>
    /// <exception cref="NotSupportedException">The pipeline keeps tokens in a tier that is no <see cref="Residency.ISavedTier"/>.</exception>
    /// <exception cref="HostTierFullException">What a tier held does not fit into its limit; the sequence is empty.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract void Resume(Stream stream, int sequence = 0, CancellationToken cancellation = default);

    /// <summary>
    /// Processes a prompt of which the beginning was processed, compressed and saved before: the saved part is read, and only the tokens
    /// after it are computed, each attending to what was kept. For pipelines with <see cref="KvPipelineAttribute.SharesPrefixes"/>.
    /// </summary>
    /// <param name="path">A file of <see cref="Save(string, int, CancellationToken)"/>, after whose prompt nothing was decoded that this prompt lacks.</param>
    /// <param name="prompt">The whole prompt; begins with the saved tokens and has at least one more.</param>
    /// <param name="sequence">Which sequence takes it; what it held before is dropped.</param>
    /// <param name="cancellation">Looked at between heads and tokens; the sequence is empty then.</param>
    /// <exception cref="InvalidOperationException">The pipeline is not declared to share prefixes.</exception>
    /// <exception cref="SavedCacheMismatchException">The prompt does not begin with the saved tokens, or one of the reasons of Resume.</exception>
    /// <exception cref="ContextExceededException">The prompt is longer than the model's context.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <inheritdoc cref="Resume(Stream, int, CancellationToken)" path="/exception"/>
    public void PrefillFrom(string path, ReadOnlySpan<int> prompt, int sequence = 0, CancellationToken cancellation = default)
    {
        using FileStream stream = File.OpenRead(path);
        PrefillFrom(stream, prompt, sequence, cancellation);
    }

    /// <inheritdoc cref="PrefillFrom(string, ReadOnlySpan{int}, int, CancellationToken)"/>
    /// <param name="stream">Is read from where it stands, to the saved cache's end, and stays open.</param>
    /// <param name="prompt">The whole prompt.</param>
    /// <param name="sequence">Which sequence takes it.</param>
    /// <param name="cancellation">Looked at between heads and tokens.</param>
    public abstract void PrefillFrom(Stream stream, ReadOnlySpan<int> prompt, int sequence = 0, CancellationToken cancellation = default);

    /// <summary>Drops a sequence and gives its pages back.</summary>
    public abstract void Clear(int sequence = 0);

    /// <summary>The likeliest next token of a sequence; the lowest id among equals.</summary>
    /// <exception cref="InvalidOperationException">The sequence has no prompt, or its logits are not numbers.</exception>
    public int GreedyToken(int sequence = 0)
    {
        ReadOnlySpan<float> logits = Logits(sequence);
        int best = 0;
        for (int token = 1; token < logits.Length; token++)
        {
            best = logits[token] > logits[best] ? token : best;
        }

        return float.IsFinite(logits[best])
            ? best
            : throw new InvalidOperationException($"the logits of sequence {sequence} at position {Length(sequence)} are not finite");
    }

    /// <summary>
    /// Continues sequence 0 greedily. The tokens that are returned are in the cache, but for the last one, which whatever follows appends first: a further
    /// call, or <see cref="Append(ReadOnlySpan{int}, CancellationToken)"/>.
    /// </summary>
    /// <param name="maxTokens">Most tokens to return.</param>
    /// <param name="stopToken">Ends the continuation before it is returned; −1 for none.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    /// <inheritdoc cref="Step" path="/exception"/>
    public IEnumerable<int> Decode(int maxTokens, int stopToken = -1, CancellationToken cancellation = default)
    {
        if (Sequences != 1)
        {
            throw new InvalidOperationException($"the session has {Sequences} sequences; decode them with Step");
        }

        End = DecodeEnd.None;
        var token = new int[1];
        for (int produced = 0; produced < maxTokens; produced++)
        {
            if (PendingToken is >= 0 and var pending)
            {
                if (Overflow == ContextOverflow.Stop && Length() >= Shape.Context)
                {
                    End = DecodeEnd.ContextFull;
                    yield break;
                }

                token[0] = pending;
                Step(token, cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
            token[0] = GreedyToken();
            if (token[0] == stopToken)
            {
                End = DecodeEnd.StopToken;
                yield break;
            }

            PendingToken = token[0];
            yield return token[0];
        }

        End = DecodeEnd.MaxTokens;
    }

    /// <summary>What becomes of a sequence that has reached the model's context.</summary>
    private protected abstract ContextOverflow Overflow { get; }

    /// <summary>The token of sequence 0 that was decoded last and is not in the cache; −1 for none.</summary>
    private protected abstract int PendingToken { get; set; }

    /// <summary>Frees the cache and all buffers. The model stays.</summary>
    public abstract void Dispose();
}
