namespace KvCompose;

/// <summary>
/// FastKV's token-selective propagation: after layer T only the tokens with the highest scores of that layer, summed over its
/// heads, and the window go on; they keep their positions. The score is the one that the selection has computed.
/// Source: Jo et al., "FastKV: Decoupling of Context Reduction and KV Cache Compression for Prefill-Decoding Acceleration",
/// arXiv 2502.01068. Differs from the published code in one point: the cut does not depend on whether layer T compresses its cache.
/// </summary>
[StageFacts(Needs = StageProducts.TokenScores, QueryAware = true, Lossy = true, Source = "arXiv 2502.01068")]
public readonly struct TokenSelectivePropagation : IPropagation<TokenSelectivePropagation>
{
    /// <summary>T, the 0-based layer after which tokens are cut; the last layer or beyond cuts nothing.</summary>
    [StageOption(15, Minimum = 0, Maximum = 1023)]
    public int Layer { get; init; }

    /// <summary>Tokens that go on, window included. 0 leaves the decision to <see cref="Rate"/>.</summary>
    [StageOption(0, Minimum = 0, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Share of the prompt that goes on, used when <see cref="Tokens"/> is 0: ⌊n · rate⌋ in IEEE doubles.</summary>
    [StageOption(0.2, Minimum = 0.001, Maximum = 1, RunTime = true)]
    public double Rate { get; init; }

    /// <inheritdoc/>
    public static int Count(in TokenSelectivePropagation options, in PropagationContext context)
    {
        if (context.Layer != options.Layer)
        {
            return context.Tokens;
        }

        return options.Tokens > 0 ? options.Tokens : (int)(context.PromptTokens * options.Rate);
    }
}

/// <summary>Declares <see cref="TokenSelectivePropagation"/>.</summary>
public sealed class TokenSelectivePropagationAttribute : PropagationAttribute<TokenSelectivePropagation>
{
    /// <inheritdoc cref="TokenSelectivePropagation.Layer"/>
    public int Layer { get; set; }

    /// <inheritdoc cref="TokenSelectivePropagation.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="TokenSelectivePropagation.Rate"/>
    public double Rate { get; set; }
}
