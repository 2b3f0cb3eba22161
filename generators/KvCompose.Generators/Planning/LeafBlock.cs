using KvCompose.Shared;

namespace KvCompose.Generators.Planning;

/// <summary>How the leaf loops of a decode step are written out for a number of query heads.</summary>
/// <param name="Members">Query heads for which every key and value vector is loaded once.</param>
/// <param name="ScoreSets">Independent sets of score accumulators, by residue of the dimension: hides the latency of the multiply-add.</param>
/// <param name="ValueVectors">Vectors of a value row that stay in registers for all heads at once: the longest part first, one vector last where d is open.</param>
internal sealed record LeafBlock(int Members, int ScoreSets, EquatableArray<int> ValueVectors);
