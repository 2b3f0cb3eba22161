using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class PageDigestTests
{
    private const int HeadDim = 12;

    [Fact]
    public void Score_OfEveryDigest_OrdersAsItsFormulaSays()
    {
        float[] query = IceData.Keys("iso", 1, HeadDim, 8);
        foreach (float[] page in IceData.Keys("drift", 160, HeadDim).Chunk(16 * HeadDim))
        {
            double[] scores = [.. page.Chunk(HeadDim).Select(key => key.Zip(query, (k, q) => (double)k * q).Sum())];
            double largest = new MemberDigest(page, HeadDim, weight: false).Score(query);
            Assert.Equal(scores.Max(), largest, 1e-9);
            Assert.Equal(scores.Average(), new MeanDigest(page, HeadDim).Score(query), 1e-9);
            Assert.Equal(
                Math.Log(scores.Sum(score => Math.Exp(score / Math.Sqrt(HeadDim)))),
                new MemberDigest(page, HeadDim, weight: true).Score(query), 1e-9);
            Assert.InRange(new QuestDigest(page, HeadDim).Score(query), largest, double.PositiveInfinity);
            Assert.InRange(new ArkValeDigest(page, HeadDim).Score(query), double.NegativeInfinity, new QuestDigest(page, HeadDim).Score(query) + 1e-9);
        }
    }

    [Fact]
    public void Score_PageOfOneKey_IsTheInnerProductForEveryDigest()
    {
        float[] query = IceData.Keys("iso", 1, HeadDim, 8);
        float[] key = IceData.Keys("iso", 1, HeadDim, 4);
        double product = key.Zip(query, (k, q) => (double)k * q).Sum();
        IPageDigest[] digests = [new QuestDigest(key, HeadDim), new ArkValeDigest(key, HeadDim), new MeanDigest(key, HeadDim), new MemberDigest(key, HeadDim, false)];
        Assert.All(digests, digest => Assert.Equal(product, digest.Score(query), 1e-6));
        Assert.Equal(product, new MeanDigest(key, HeadDim).Promise(query), 1e-6);
    }

    [Fact]
    public void Tokens_MeanCountOverHeads_IsTruncatedAndCapped()
    {
        double[][] scores = [[5, 4.5, 1, 0], [9, 2, 8.5, 8.2]];
        Assert.Equal([[0, 1], [0, 2]], InfiniGenChoice.Tokens(scores, 1, 10));
        Assert.Equal([[0], [0]], InfiniGenChoice.Tokens(scores, 1, 1));
    }

    [Fact]
    public void Digest_KeysThatAreNoPage_Throws()
    {
        Assert.Throws<ArgumentException>(() => new QuestDigest([], HeadDim));
        Assert.Throws<ArgumentException>(() => new MeanDigest(new float[HeadDim + 1], HeadDim));
    }
}
