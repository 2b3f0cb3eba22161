using KvCompose;
using KvCompose.Models;

using LanguageModel model = LanguageModel.Load(args[0]);
using KvSession session = WithoutBudget.Open(model, new WithoutBudget.Options());
session.Prefill(model.Tokenizer.Encode("a prompt"));
Console.WriteLine(WithoutBudget.Plan.HeadDim);

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[SnapKv(Window = 8)]
internal static partial class WithoutBudget;
