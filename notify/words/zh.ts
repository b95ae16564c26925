import type { Words } from './words.ts'

export const zh: Words = {
  levels: { informational: '提示', low: '低危', medium: '中危', high: '高危', critical: '严重' },
  labels: {
    host: '主机',
    group: '分组',
    level: '等级',
    time: '时间',
    type: '类型',
    families: '家族',
    attack: 'ATT&CK',
    rule: '规则',
    open: '在 Davylamp 中打开',
  },
  severalHosts: '多台主机',
  more: '另有 {count} 条',
  footer: '此消息由 Davylamp 按通知规则发送。',
  reasons: {
    alert: {
      subject: '{level}：{title} – {host}',
      sentence: 'Davylamp 在 {host} 上发现以下问题。',
      advice: '请打开告警，查看原因并处理。',
    },
    'alert-gone': {
      subject: '不再出现：{title} – {host}',
      sentence: '最近一次扫描在 {host} 上已不再发现此问题。',
      advice: '如果没有人清除过它，请检查该主机：它可能换了位置。',
    },
    'clean-done': {
      subject: '已清除并验证：{host}',
      sentence: '{host} 的清理已完成，复查未发现残留。',
      advice: '请封堵入侵途径，并留意后续复查。',
    },
    'clean-left': {
      subject: '未完全清除：{host}',
      sentence: '{host} 的清理已结束，但仍有残留或无法证明已清除。',
      advice: '请打开处理记录：其中列出了失败的步骤和建议。',
    },
    'approval-wanted': {
      subject: '等待审批：{title}',
      sentence: '对 {host} 的操作需要第二人审批。',
      advice: '请打开并阅读方案，然后批准或拒绝。',
    },
    'order-refused': {
      subject: '{host} 拒绝执行操作',
      sentence: '{host} 没有执行一项操作。',
      advice: '请查看原因；主机的本地策略有最终决定权。',
    },
    'agent-offline': {
      subject: 'Agent 离线：{host}',
      sentence: '{host} 已无响应，目前不受监控。',
      advice: '请检查主机和网络，然后在主机上运行：davylamp agent status。',
    },
    'agents-offline': {
      subject: '大量 Agent 离线：{title}',
      sentence: '许多 Agent 同时失去响应：很可能是网络问题，而不是每台主机的问题。',
      advice: '请检查这些主机与中心之间的网络。',
    },
    'agent-back': {
      subject: 'Agent 恢复在线：{host}',
      sentence: '{host} 已重新连接。',
      advice: '无需处理。',
    },
    'agent-tampered': {
      subject: 'Agent 被改动：{host}',
      sentence: '{host} 上 Agent 的文件、服务、进程或时钟被外部改动。',
      advice: '如果不是您本人所为，请视该主机为已被攻击：先扫描，再清理。',
    },
    digest: {
      subject: 'Davylamp 的 {count} 条通知',
      sentence: '以下 {count} 条通知合并发送。',
      advice: '请打开告警列表，先处理最严重的。',
    },
    escalation: {
      subject: '仍未处理：{level}：{title} – {host}',
      sentence: '{host} 的这条告警至今无人处理。',
      advice: '请打开告警进行处理，或指派给他人。',
    },
    test: {
      subject: 'Davylamp 测试消息',
      sentence: '此通知渠道工作正常。',
      advice: '无需处理。',
    },
  },
  onHost: {
    confirmed: '请在该主机上用“davylamp plan”查看将清除的内容，再用“davylamp clean”清除并验证。',
    suspected:
      '请在该主机上用“davylamp plan --include suspected”查看；如果不应存在，用“davylamp clean --include suspected”清除。',
    exposure: '请在该主机上运行“davylamp scan”，它会说明哪个入口敞开以及如何关闭。',
  },
}
