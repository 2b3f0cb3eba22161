namespace KvCompose;

/// <summary>What of a sequence another one may begin with, by what its pipeline kept of it.</summary>
public enum PrefixReuse
{
    /// <summary>Nothing: what is kept was chosen by what the end of its prompt asked for.</summary>
    None,

    /// <summary>
    /// All of its tokens or none: the pipeline is declared to share prefixes, but drops some tokens for good, or the model has layers with a fixed state.
    /// </summary>
    Whole,

    /// <summary>Any number of its first tokens: every token is there, so that <see cref="KvSession.Rewind"/> can drop the others.</summary>
    Any,
}
