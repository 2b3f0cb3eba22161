using KvCompose;

[assembly: CLSCompliant(false)]
[assembly: System.Runtime.InteropServices.ComVisible(false)]

namespace Contoso.Answers;

/// <summary>All tokens, half precision.</summary>
[KvPipeline(HeadDim = 64, GroupSize = 4)]
[FullCache]
[Fp16Storage]
public static partial class Everything;

/// <summary>A quarter of the prompt.</summary>
[KvPipeline(HeadDim = 64, GroupSize = 4)]
[UniformBudget(Ratio = 0.25)]
[SnapKv(Window = 32)]
[AdaKvHeads]
public static partial class Quarter;

/// <summary>Budgets by the layers' preferences.</summary>
[KvPipeline(HeadDim = 64, GroupSize = 4)]
[CakeBudget(Tokens = 512)]
[CakeIndicator]
public static partial class Preferences;

/// <summary>Heavy hitters, evicted while decoding.</summary>
[KvPipeline(HeadDim = 64, GroupSize = 4)]
[UniformBudget(Tokens = 512)]
[H2o]
public static partial class Hitters;

/// <summary>Pages that come back.</summary>
[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 16)]
[UniformBudget(Tokens = 512)]
[StreamingLlm]
[Quest]
public static partial class PagesThatReturn;

/// <summary>A prompt that is read twice.</summary>
[KvPipeline(HeadDim = 64, GroupSize = 4)]
[GemFilter(Layer = 12, Tokens = 1024)]
[FullCache]
public static partial class Gems;
