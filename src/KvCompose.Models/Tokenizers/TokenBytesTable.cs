using System.Text;
using KvCompose.Models.Tokenizers.Decoders;
using KvCompose.Models.Tokenizers.Processing;

namespace KvCompose.Models.Tokenizers;

/// <summary>The bytes that each token adds in the middle of a text, found out when first asked for. For several threads at once.</summary>
internal sealed class TokenBytesTable(ITokenPipeline pipeline)
{
    private const int LongestWord = 16;

    private readonly byte[]?[] _bytes = new byte[pipeline.LargestId + 1][];

    // Decoders drop the space in front of a text, so a token is decoded after another one.
    private readonly Lazy<(int Token, int Bytes)> _before = new(() => Before(pipeline));

    /// <summary>The bytes; none for a control token or an id outside the vocabulary.</summary>
    public ReadOnlySpan<byte> Of(int token)
        => token < 0 || token >= _bytes.Length ? default : _bytes[token] ??= Find(token);

    private byte[] Find(int token)
    {
        if (pipeline.Shown(token, skipSpecial: true) is not { } spelling)
        {
            return [];
        }

        if (pipeline.IsByteLevel || _before.Value.Token < 0)
        {
            return pipeline.DecodeBytes([token]);
        }

        byte[] both = pipeline.DecodeBytes([_before.Value.Token, token]);
        byte[] rest = both.Length <= _before.Value.Bytes ? [] : both[_before.Value.Bytes..];
        return ByteFallbackDecoder.Byte(spelling) is { } value && !rest.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(spelling)) ? [value] : rest;
    }

    /// <summary>A token that is one letter, however it is written; else the first that is a word, as in vocabularies of whole words; −1 if there is none.</summary>
    private static (int Token, int Bytes) Before(ITokenPipeline pipeline)
    {
        (int Token, int Bytes) word = (-1, 0);
        for (int token = 0; token <= pipeline.LargestId; token++)
        {
            if (pipeline.Shown(token, skipSpecial: true) is not { Length: < LongestWord })
            {
                continue;
            }

            byte[] text = pipeline.DecodeBytes([token]);
            if (text is [>= (byte)'a' and <= (byte)'z'])
            {
                return (token, 1);
            }

            if (word.Token < 0 && text.Length > 0 && text.All(static letter => letter is >= (byte)'a' and <= (byte)'z'))
            {
                word = (token, text.Length);
            }
        }

        return word;
    }
}
