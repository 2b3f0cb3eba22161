using System.Text;

namespace KvCompose.Models.Tokenizers.Decoders;

/// <summary>The bytes of the byte alphabet; a token with another character gives its own UTF-8. Ill-formed parts become U+FFFD.</summary>
internal sealed class ByteLevelDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            int from = bytes.Count;
            foreach (char c in token)
            {
                int value = ByteAlphabet.Byte(c);
                if (value < 0)
                {
                    bytes.RemoveRange(from, bytes.Count - from);
                    bytes.AddRange(Encoding.UTF8.GetBytes(token));
                    break;
                }

                bytes.Add((byte)value);
            }
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }
}
