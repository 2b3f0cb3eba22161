using KvCompose.Attention;
using KvCompose.Threading;

namespace KvCompose.Tests.Attention;

public sealed unsafe class KeyTilesTests
{
    [Theory]
    [InlineData(1, 1, 16)]
    [InlineData(16, 2, 32)]
    [InlineData(35, 3, 48)]
    public void Pack_AnyLength_PutsEveryElementInItsPlaceAndZeroBehind(int tokens, int heads, int d)
    {
        var random = new Random(tokens);
        float[] keys = [.. Enumerable.Range(0, tokens * heads * d).Select(_ => random.NextSingle() + 1)];
        var tiles = new float[KeyTiles.Floats(tokens, heads, d)];
        Array.Fill(tiles, -1);
        using var pool = new WorkerPool(2);

        fixed (float* source = keys, target = tiles)
        {
            KeyTiles.Pack(pool, source, tokens, heads, d, target);
        }

        int place = 0;
        for (int head = 0; head < heads; head++)
        {
            for (int tile = 0; tile < (tokens + 15) / 16; tile++)
            {
                for (int i = 0; i < d; i++)
                {
                    for (int lane = 0; lane < 16; lane++, place++)
                    {
                        int token = (tile * 16) + lane;
                        Assert.Equal(token < tokens ? keys[(((token * heads) + head) * d) + i] : 0, tiles[place]);
                    }
                }
            }
        }

        Assert.Equal(place, tiles.Length);
    }
}
