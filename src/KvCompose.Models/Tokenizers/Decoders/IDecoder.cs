namespace KvCompose.Models.Tokenizers.Decoders;

/// <summary>Turns the spellings of tokens into text, step by step; the final list is joined.</summary>
internal interface IDecoder
{
    List<string> Decode(List<string> tokens);
}
