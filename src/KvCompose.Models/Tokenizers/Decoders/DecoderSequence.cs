namespace KvCompose.Models.Tokenizers.Decoders;

/// <summary>Several decoders in order.</summary>
internal sealed class DecoderSequence(IDecoder[] steps) : IDecoder
{
    public List<string> Decode(List<string> tokens) => steps.Aggregate(tokens, (list, step) => step.Decode(list));
}
