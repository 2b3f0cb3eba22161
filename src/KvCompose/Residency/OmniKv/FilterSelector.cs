namespace KvCompose;

/// <summary>What a filter layer of <see cref="OmniKv"/> chooses prompt tokens by.</summary>
public enum FilterSelector
{
    /// <summary>The largest q·k that any query head of the step has with the token.</summary>
    Last,

    /// <summary>The largest probability that any query head gives the token, summed over the latest queries.</summary>
    Uniform,

    /// <summary>As <see cref="Uniform"/>, but a query weighs half of the one after it.</summary>
    Exponential,
}
