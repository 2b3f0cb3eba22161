using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Sizes of the pages that a cell is cut into: pairs of a cell's size and its pages' sizes, pages of 16.</summary>
public sealed class PageSplitKind : NamedKind
{
    /// <inheritdoc/>
    public override string Name => "page_split";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement[] pair = @case.AsList("pair");
        Expect.Equal<int>(pair[1].AsInts("sizes"), LeafSizes.Of(pair[0].AsInt("cell"), 16), $"cell of {pair[0]}");
    }
}
