using System.ComponentModel;
using System.Globalization;
using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>The page layout of an open pipeline, made when a session is opened over a model.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class OpenLayout
{
    /// <summary>Heads are whole multiples of this many elements.</summary>
    public const int HeadStep = 8;

    /// <summary>Lays out the pages for a model; heads that are no whole vectors get room for whole ones.</summary>
    /// <param name="pipeline">The pipeline's name, for messages.</param>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="pageTokens">P.</param>
    /// <param name="elementBits">Bits of one stored element.</param>
    /// <param name="stateWords">32-bit words kept of every token beside its position.</param>
    /// <param name="counted">Whether a page says how many of its tokens are valid.</param>
    /// <param name="quantised">Whether elements are codes.</param>
    /// <param name="prunes">The storage that leaves channels of keys out, or null.</param>
    /// <param name="prunedShare">The share of the channels that it leaves out.</param>
    /// <exception cref="PipelineRuleException">KVC2104: the model has heads that no pipeline runs; KVC2092: the share is no channel of these heads.</exception>
    public static PageLayout Of(
        string pipeline, TransformerShape shape, int pageTokens, int elementBits, int stateWords = 0, bool counted = false, bool quantised = false,
        string? prunes = null, double prunedShare = 0)
    {
        if (shape.HeadDim < HeadStep || shape.HeadDim > PageLayout.MostHeadDim || shape.HeadDim % HeadStep != 0)
        {
            throw new PipelineRuleException(
                "KVC2104", $"the model has heads of {shape.HeadDim} elements, but pipeline '{pipeline}' runs multiples of {HeadStep} up to {PageLayout.MostHeadDim}");
        }

        int pruned = PageLayout.PrunedChannels(prunedShare, shape.HeadDim);
        if (prunes is not null && pruned == 0)
        {
            string share = prunedShare.ToString(CultureInfo.InvariantCulture);
            throw new PipelineRuleException(
                "KVC2092",
                $"'{prunes}' of pipeline '{pipeline}' prunes {share} of the channels, which is none of the {shape.HeadDim} of the model's heads: they go by {PageLayout.ChannelStep}");
        }

        return new PageLayout(
            HeadPadding.Padded(shape.HeadDim), pageTokens, elementBits, stateWords, counted, quantised, prunes is null ? 0 : shape.HeadDim - pruned);
    }
}
