using KvCompose.Shared;

namespace KvCompose.Generators.Tests.Shared;

public class EquatableArrayTests
{
    [Fact]
    public void Equals_SameElementsInOtherArrays_AreEqualWithEqualHashes()
    {
        EquatableArray<string> left = ["a", "b"];
        var right = new List<string> { "a", "b" }.ToEquatableArray();
        Assert.True(left.Equals(right));
        Assert.True(left == right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Fact]
    public void Equals_BoxedOther_ComparesElementsWithoutRecursion()
    {
        object left = EquatableArray.Create([1, 2]);
        Assert.True(left.Equals(EquatableArray.Create([1, 2])));
        Assert.False(left.Equals(EquatableArray.Create([1, 3])));
        Assert.False(left.Equals("1, 2"));
        Assert.False(left.Equals(null));
    }

    [Theory]
    [InlineData(new[] { 2, 1 })]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 1, 2, 0 })]
    [InlineData(new int[0])]
    public void Equals_OtherOrderOrLength_Differs(int[] other)
    {
        EquatableArray<int> array = [1, 2];
        Assert.True(array != other.ToEquatableArray());
        Assert.NotEqual(array.GetHashCode(), other.ToEquatableArray().GetHashCode());
    }

    [Fact]
    public void Default_LikeEmpty_HasNoElements()
    {
        EquatableArray<int> none = default;
        EquatableArray<int> empty = [];
        Assert.Empty(none);
        Assert.True(none == empty);
        Assert.Equal(empty.GetHashCode(), none.GetHashCode());
    }

    [Fact]
    public void Equals_NullElements_CompareAsValues()
    {
        EquatableArray<string> left = [null!, "b"];
        EquatableArray<string> right = [null!, "b"];
        Assert.True(left == right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
        Assert.False(left == (EquatableArray<string>)["a", "b"]);
    }

    [Fact]
    public void Create_SourceChangesLater_KeepsItsElements()
    {
        int[] source = [1, 2];
        var array = source.ToEquatableArray();
        source[0] = 9;
        Assert.Equal([1, 2], array);
    }

    [Fact]
    public void Equals_NestedInRecords_ComparesByValue()
    {
        static Outer Make(string name) => new([new Inner([name])]);
        Assert.Equal(Make("a"), Make("a"));
        Assert.NotEqual(Make("a"), Make("b"));
    }

    private sealed record Inner(EquatableArray<string> Names);

    private sealed record Outer(EquatableArray<Inner> Inners);
}
