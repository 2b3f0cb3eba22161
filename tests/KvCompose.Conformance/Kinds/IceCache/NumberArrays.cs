using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Reads arrays of numbers that are elements of an array.</summary>
internal static class NumberArrays
{
    /// <summary>This array's elements as numbers; <paramref name="name"/> only names it in messages.</summary>
    public static double[] AsNumbers(this JsonElement element, string name)
        => [.. element.AsList(name).Select(value => value.AsNumber(name))];
}
