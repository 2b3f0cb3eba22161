using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts pieces of a number of code points.</summary>
internal sealed class FixedLength(int length) : IPreTokenizer
{
    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        var result = new List<(int Start, int End)>();
        foreach ((int start, int end) in pieces.Ranges)
        {
            int from = start, count = 0;
            for (int i = start; i < end; i += CodePoints.Length(pieces.Text.Text, i))
            {
                if (count++ == length)
                {
                    result.Add((from, i));
                    (from, count) = (i, 1);
                }
            }

            result.Add((from, end));
        }

        pieces.Replace(result);
    }
}
