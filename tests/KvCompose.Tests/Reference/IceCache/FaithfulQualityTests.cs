using KvCompose.Conformance.Kinds.IceCache;
using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class FaithfulQualityTests
{
    // Spec section 6.1, drift, n = 4096, d = 128, 12 pages, three projections; the published figures less 0.01.
    [Fact]
    public void Select_PublishedSettings_ReachesThePublishedRecallAndMass()
    {
        RetrievalData data = RetrievalData.Make("drift", 4096, 128, 48, 7);
        RetrievalQuality[] measured = [.. Enumerable.Range(0, 3).Select(projection =>
        {
            PageTree tree = IceData.Tree(data.Data.Keys, 128, new IceCacheSettings { Anchors = AnchorShortcut.Brain }, projection);
            return RetrievalQuality.Of(data, 48, 12, query => new HashSet<int>(
                TreeSearch.Select(tree, data.Query(query), 12, 30).Pages.SelectMany(tree.Page)));
        })];
        Assert.InRange(measured.Average(quality => quality.RecallOfBudget), 0.41, 0.43);
        Assert.InRange(measured.Average(quality => quality.RecallOf16), 0.932, 0.952);
        Assert.InRange(measured.Average(quality => quality.Mass), 0.373, 0.393);
    }
}
