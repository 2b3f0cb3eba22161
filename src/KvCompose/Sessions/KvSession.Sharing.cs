namespace KvCompose;

/// <summary>What a scheduler of many sequences asks of a session.</summary>
public abstract partial class KvSession
{
    /// <summary>
    /// Called between the layers of a prompt and of appended tokens: other sequences may step, begin, fork and be cleared in it; the one that is computed
    /// may not be touched. Not called by pipelines with a tier below the resident cache, which takes a prompt as a whole. Null for nothing.
    /// </summary>
    public Action? BetweenLayers { get; set; }

    /// <summary>What of a sequence another one may begin with.</summary>
    public abstract PrefixReuse PrefixReuse { get; }

    /// <summary>
    /// An upper bound of the bytes of pages that a sequence comes to hold on top of what it holds now, if so many tokens are appended to it: every token of
    /// every head, and copies of the pages that it shares. Evictions are not counted upon. A sequence that is empty begins with them as its prompt.
    /// </summary>
    /// <param name="sequence">Which sequence.</param>
    /// <param name="tokens">Tokens that are appended, prompt and decoded.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of tokens is negative.</exception>
    public abstract long MostGrowth(int sequence, int tokens);

    /// <summary>
    /// Bytes that a fork of a sequence takes at once, since they cannot be shared as pages are: windows, fixed states, and the newest tokens of storages
    /// that rewrite full pages.
    /// </summary>
    /// <param name="sequence">Which sequence.</param>
    /// <param name="tokens">Its length when it is forked, in tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of tokens is negative.</exception>
    public abstract long ForkBytes(int sequence, int tokens);
}
