using KvCompose.Models.Tokenizers;

namespace KvCompose.Models;

/// <summary>How a model is opened.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Threads that the model computes with, at most 1024; 0 takes one per physical core that the process may use.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether weights are copied into memory, in huge pages where the system has them, rather than mapped. Loading then reads the whole file, memory is
    /// not shared with other processes, and the files may change or vanish afterwards; steps are a little faster where huge pages are there.
    /// </summary>
    public bool CopyWeights { get; init; }

    /// <summary>Whose rules the vocabulary of a GGUF file splits text by. A tokenizer.json states its own.</summary>
    public GgufTokenizerRules TokenizerRules { get; init; }

    /// <summary>
    /// The source of the chat template, instead of the checkpoint's own: for a checkpoint without one, or with a faulty one.
    /// <see cref="Templates.ChatTemplate.ChatMl"/> has a common one. Null takes the checkpoint's.
    /// </summary>
    public string? ChatTemplate { get; init; }

    /// <summary>
    /// Longest sequence, in tokens, that sessions of the model will hold; 0 takes the model's own. A shorter one makes windows that
    /// are at least as long as it of no effect. Where frequencies of the rotation depend on the length, a stated length decides them
    /// for all positions: with LongRoPE those for long texts where it is above the original context, with dynamic scaling the base
    /// for that length. With 0 they follow each sequence: with dynamic scaling a key keeps the rotation that it got; with LongRoPE a
    /// session computes all tokens of a sequence anew, and compresses them anew, when it first becomes longer than the original
    /// context (<see cref="CacheUsage.Recomputations"/>).
    /// </summary>
    public int Context { get; init; }
}
