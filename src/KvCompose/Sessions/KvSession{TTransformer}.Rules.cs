using System.Globalization;
using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>Rules that need the model, which an open pipeline meets when a session is opened.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <summary>Key-value heads of all layers.</summary>
    private long AllTables => (long)Shape.Layers * Shape.KeyValueHeads;

    /// <summary>Requires a budget in KiB to hold what every head always keeps.</summary>
    /// <param name="stage">The stage, for messages.</param>
    /// <param name="kibibytes">The budget of all heads; 0 for none.</param>
    /// <param name="tokens">A budget in tokens, which overrules it; 0 for none.</param>
    /// <param name="kept">Tokens that a head always keeps.</param>
    /// <exception cref="PipelineRuleException">KVC2008: it holds fewer.</exception>
    protected void RequireKibibytes(string stage, int kibibytes, int tokens, int kept)
    {
        if (kibibytes <= 0 || tokens > 0)
        {
            return;
        }

        PageLayout layout = Pool.Layout;
        long held = 1024L * kibibytes / (AllTables * layout.PageBytes) * layout.PageTokens;
        if (held < Math.Max(1, kept))
        {
            throw new PipelineRuleException("KVC2008", string.Create(
                CultureInfo.InvariantCulture, $"budget of '{stage}' is {held} tokens of this model ({kibibytes} KiB), but {kept} tokens are protected (sinks and window)"));
        }
    }

    /// <summary>Requires that no prompt leaves more than the declared limit.</summary>
    /// <param name="pipeline">The pipeline, for messages.</param>
    /// <param name="memory">What a prompt leaves.</param>
    /// <param name="limit">Bytes.</param>
    /// <param name="promptTokens">The longest prompt that is reckoned with; 0 for the model's context.</param>
    /// <exception cref="PipelineRuleException">KVC2106: one may.</exception>
    protected void RequireLimit(string pipeline, in PromptMemory memory, long limit, int promptTokens)
    {
        PageLayout layout = Pool.Layout;
        if (memory.Overrun(layout, AllTables, promptTokens > 0 ? promptTokens : Shape.Context, limit) is > 0 and int tokens)
        {
            long bytes = memory.Bytes(layout, AllTables, tokens);
            throw new PipelineRuleException("KVC2106", string.Create(
                CultureInfo.InvariantCulture, $"pipeline '{pipeline}' may hold {bytes} bytes after a prompt of {tokens} tokens, more than its limit of {limit}"));
        }
    }
}
