using KvCompose.Models.Sampling;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Serving;

/// <summary>The bytes of an answer's tokens.</summary>
internal static class AnswerText
{
    /// <summary>Some vocabularies write a space in front of a text's first word, which is no part of the text.</summary>
    public static TokenBytes Of(Tokenizer tokenizer)
    {
        bool first = true;
        return token =>
        {
            ReadOnlySpan<byte> bytes = tokenizer.BytesOf(token);
            bool drops = first && bytes is [(byte)' ', ..] && !tokenizer.Decode([token]).StartsWith(' ');
            first &= bytes.IsEmpty;
            return drops ? bytes[1..] : bytes;
        };
    }
}
